-- Accounts: where a session came from, failed sign-ins, second factors, links that reset a password.
alter table sys_session add column address {TEXT};
alter table sys_session add column agent {TEXT};
-- By the hash of what was given as login, whether anybody has it or not.
create table sys_attempt (login {BYTES} not null primary key, failures {INT} not null, last_at {TIME} not null, locked_until {TIME});
create index sys_attempt_age on sys_attempt (last_at);
create table sys_factor (user_id {ID} not null primary key, secret {TEXT} not null, created_at {TIME} not null, confirmed_at {TIME}, last_step {INT} not null);
create table sys_recovery (hash {BYTES} not null primary key, user_id {ID} not null, used_at {TIME});
create index sys_recovery_user on sys_recovery (user_id);
create table sys_reset (hash {BYTES} not null primary key, user_id {ID} not null, created_at {TIME} not null, expires_at {TIME} not null, used_at {TIME});
create index sys_reset_user on sys_reset (user_id, created_at);
