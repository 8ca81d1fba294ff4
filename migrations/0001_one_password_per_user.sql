DROP INDEX `credentials_user`;--> statement-breakpoint
CREATE UNIQUE INDEX `credentials_user_provider` ON `credentials` (`user_id`,`provider_id`);