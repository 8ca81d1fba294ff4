CREATE TABLE `kraken_keys` (
	`mark` text PRIMARY KEY NOT NULL,
	`trader_id` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `kraken_keys_trader` ON `kraken_keys` (`trader_id`);