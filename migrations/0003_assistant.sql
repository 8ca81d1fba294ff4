CREATE TABLE `assistant_proposals` (
	`id` text PRIMARY KEY NOT NULL,
	`trader_id` text NOT NULL,
	`run_id` text NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`model_id` text NOT NULL,
	`symbol` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`version` integer NOT NULL,
	`record` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `assistant_proposals_trader` ON `assistant_proposals` (`trader_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `assistant_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`trader_id` text NOT NULL,
	`chat_id` text NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`model_id` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`version` integer NOT NULL,
	`record` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `assistant_runs_trader` ON `assistant_runs` (`trader_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `assistant_usage` (
	`run_id` text PRIMARY KEY NOT NULL,
	`trader_id` text NOT NULL,
	`day` text NOT NULL,
	`provider_id` text NOT NULL,
	`model_id` text NOT NULL,
	`cost` text NOT NULL,
	`input_tokens` integer NOT NULL,
	`cached_input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`estimated` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `assistant_usage_trader` ON `assistant_usage` (`trader_id`,`day`);