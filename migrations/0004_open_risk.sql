CREATE TABLE `open_risk` (
	`trader_id` text PRIMARY KEY NOT NULL,
	`market` text NOT NULL,
	`noted_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `open_risk_market` ON `open_risk` (`market`);