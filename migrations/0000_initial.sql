CREATE TABLE `credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`password` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `credentials_user` ON `credentials` (`user_id`);--> statement-breakpoint
CREATE TABLE `rate_limits` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`count` integer NOT NULL,
	`last_request` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `rate_limits_key_unique` ON `rate_limits` (`key`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`token` text NOT NULL,
	`expires_at` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_unique` ON `sessions` (`token`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `sign_in_failures` (
	`key` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`window_started_at` integer NOT NULL,
	`locked_until` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `socket_tickets` (
	`hash` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `socket_tickets_expiry` ON `socket_tickets` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer DEFAULT false NOT NULL,
	`image` text,
	`is_anonymous` integer DEFAULT false,
	`trader_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_trader_id_unique` ON `users` (`trader_id`);--> statement-breakpoint
CREATE INDEX `users_guests` ON `users` (`is_anonymous`,`created_at`);--> statement-breakpoint
CREATE TABLE `verifications` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `verifications_identifier` ON `verifications` (`identifier`);--> statement-breakpoint
CREATE TABLE `candles` (
	`market` text NOT NULL,
	`symbol` text NOT NULL,
	`interval` text NOT NULL,
	`time` integer NOT NULL,
	`open` text NOT NULL,
	`high` text NOT NULL,
	`low` text NOT NULL,
	`close` text NOT NULL,
	`volume` text NOT NULL,
	`trades` integer NOT NULL,
	PRIMARY KEY(`market`, `symbol`, `interval`, `time`)
);
--> statement-breakpoint
CREATE TABLE `equity_points` (
	`account_id` text NOT NULL,
	`time` integer NOT NULL,
	`trader_id` text NOT NULL,
	`equity` text NOT NULL,
	`cash` text NOT NULL,
	PRIMARY KEY(`account_id`, `time`)
);
--> statement-breakpoint
CREATE INDEX `equity_points_trader` ON `equity_points` (`trader_id`);--> statement-breakpoint
CREATE TABLE `fills` (
	`id` text PRIMARY KEY NOT NULL,
	`trader_id` text NOT NULL,
	`account_id` text NOT NULL,
	`order_id` text NOT NULL,
	`symbol` text NOT NULL,
	`side` text NOT NULL,
	`time` integer NOT NULL,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`view` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `fills_account_time` ON `fills` (`account_id`,`time`,`id`);--> statement-breakpoint
CREATE INDEX `fills_trader` ON `fills` (`trader_id`);--> statement-breakpoint
CREATE TABLE `journal_events` (
	`account_id` text NOT NULL,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`trader_id` text NOT NULL,
	`time` integer NOT NULL,
	`type` text NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`account_id`, `epoch`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `journal_events_trader` ON `journal_events` (`trader_id`);--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`trader_id` text NOT NULL,
	`account_id` text NOT NULL,
	`symbol` text NOT NULL,
	`side` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`view` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `orders_account_created` ON `orders` (`account_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `orders_trader` ON `orders` (`trader_id`);--> statement-breakpoint
CREATE TABLE `traders` (
	`trader_id` text PRIMARY KEY NOT NULL,
	`last_active_at` integer NOT NULL,
	`parked_rows` integer DEFAULT 0 NOT NULL
);
