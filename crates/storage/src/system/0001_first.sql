-- The tables of the engine. {ID} {TIME} {JSON} {TEXT} {FLAG} {INT} {BYTES} become the types of each database.
-- Statements end with a semicolon at the end of a line. A line that begins with `@sqlite` or `@postgres` stands
-- for that database only.

-- Every definition that was ever applied; a text is kept once however many publishes hold it.
create table sys_text (hash {TEXT} not null primary key, body {TEXT} not null);
create table sys_publish (number {INT} not null primary key, at {TIME} not null, by_user {ID}, summary {TEXT} not null, hash {TEXT} not null, packs {JSON} not null);
create table sys_source (publish {INT} not null references sys_publish (number), pack {TEXT} not null, path {TEXT} not null, hash {TEXT} not null references sys_text (hash), primary key (publish, pack, path));
-- Text, not a structure: the order of its keys counts.
create table sys_names (publish {INT} not null primary key references sys_publish (number), names {TEXT} not null);

create table sys_credential (user_id {ID} not null primary key, hash {TEXT} not null, must_change {FLAG} not null, changed_at {TIME} not null, failures {INT} not null default 0, locked_until {TIME});
create table sys_session (id {ID} not null primary key, token {BYTES} not null, user_id {ID} not null, kind {TEXT} not null, roles {JSON}, label {TEXT}, created_at {TIME} not null, expires_at {TIME}, last_used_at {TIME} not null);
create unique index sys_session_token on sys_session (token);
create index sys_session_user on sys_session (user_id);

create table sys_job (id {ID} not null primary key, queue {TEXT} not null, kind {TEXT} not null, payload {JSON} not null, state {TEXT} not null, priority {INT} not null, run_at {TIME} not null, attempts {INT} not null, max_attempts {INT} not null, locked_by {TEXT}, lease {INT} not null, lease_until {TIME}, dedup_key {TEXT}, once {FLAG} not null, progress {JSON}, result {JSON}, error {TEXT}, created_by {ID}, created_at {TIME} not null, finished_at {TIME});
create unique index sys_job_dedup on sys_job (dedup_key) where dedup_key is not null;
create index sys_job_ready on sys_job (queue, priority desc, run_at, id) where state = 'ready';
create index sys_job_running on sys_job (lease_until) where state = 'running';
create index sys_job_finished on sys_job (finished_at) where finished_at is not null;

-- The outbox: what leaves the database once its transaction is committed.
create table sys_effect (id {ID} not null primary key, effect_key {TEXT} not null, kind {TEXT} not null, payload {JSON} not null, state {TEXT} not null, at_most_once {FLAG} not null, attempts {INT} not null, run_at {TIME} not null, lease {INT} not null, lease_until {TIME}, result {JSON}, created_at {TIME} not null);
create unique index sys_effect_key on sys_effect (effect_key);
create index sys_effect_ready on sys_effect (run_at, id) where state in ('ready', 'sending');

create table sys_event (id {ID} not null primary key, kind {TEXT} not null, object {TEXT} not null, record {ID}, actor {ID}, at {TIME} not null, payload {JSON} not null, chain {JSON} not null, handled_at {TIME});
create index sys_event_open on sys_event (id) where handled_at is null;

create table sys_history (id {ID} not null primary key, object {TEXT} not null, record {ID} not null, version {INT} not null, field {TEXT} not null, old {JSON}, new {JSON}, at {TIME} not null, by_user {ID});
create index sys_history_record on sys_history (object, record, id);

create table sys_audit (id {ID} not null primary key, at {TIME} not null, actor {ID}, kind {TEXT} not null, object {TEXT}, record {ID}, request {TEXT}, detail {JSON} not null, sealed_number {INT}, seal {BYTES});
create index sys_audit_record on sys_audit (object, record, id);
create index sys_audit_unsealed on sys_audit (id) where seal is null;
create unique index sys_audit_sealed on sys_audit (sealed_number) where sealed_number is not null;

create table sys_comment (id {ID} not null primary key, object {TEXT} not null, record {ID} not null, author {ID} not null, body {TEXT} not null, created_at {TIME} not null, updated_at {TIME}, deleted_at {TIME});
create index sys_comment_record on sys_comment (object, record, id);

create table sys_idempotency (actor {ID} not null, method {TEXT} not null, path {TEXT} not null, request_key {TEXT} not null, body_hash {BYTES} not null, status {INT}, answer {JSON}, created_at {TIME} not null, primary key (actor, method, path, request_key));
create index sys_idempotency_age on sys_idempotency (created_at);

-- Records that demo data made, so that it can be removed again.
create table sys_demo (alias {TEXT} not null primary key, object {TEXT} not null, record {ID} not null);

create table sys_number (name {TEXT} not null, period {TEXT} not null, value {INT} not null, primary key (name, period));

-- Full-text search. On SQLite the row number joins a row to its tokens.
@sqlite create table sys_search (id integer not null primary key, object text not null, record blob not null);
@sqlite create unique index sys_search_record on sys_search (object, record);
@sqlite create virtual table sys_search_text using fts5 (tokens, content='', contentless_delete=1, tokenize='unicode61');
@postgres create table sys_search (object text collate "C" not null, record uuid not null, tokens tsvector not null, primary key (object, record));
@postgres create index sys_search_tokens on sys_search using gin (tokens);

-- Workflows. An instance pins the text of its definition by its hash.
create table workflow_definition (hash {TEXT} not null primary key, workflow {TEXT} not null, body {TEXT} not null);
create table workflow_instance (id {ID} not null primary key, workflow {TEXT} not null, definition {TEXT} not null references workflow_definition (hash), object {TEXT} not null, record {ID} not null, record_version {INT} not null, state {TEXT} not null, initiator {ID} not null, locking {TEXT} not null, parked {JSON}, variables {JSON} not null, event_key {TEXT}, chain {JSON} not null, version {INT} not null, log_number {INT} not null, log_hash {BYTES} not null, started_at {TIME} not null, ended_at {TIME}, incident {TEXT});
create unique index workflow_instance_event on workflow_instance (event_key) where event_key is not null;
create index workflow_instance_record on workflow_instance (object, record, id);
create index workflow_instance_live on workflow_instance (state, id) where ended_at is null;
create index workflow_instance_initiator on workflow_instance (initiator, id);
create table workflow_token (id {ID} not null primary key, instance {ID} not null references workflow_instance (id), node {TEXT} not null, scope {TEXT} not null, state {TEXT} not null, data {JSON} not null, created_at {TIME} not null, ended_at {TIME});
create index workflow_token_instance on workflow_token (instance, id);
create table workflow_task (id {ID} not null primary key, instance {ID} not null references workflow_instance (id), token {ID} not null, node {TEXT} not null, kind {TEXT} not null, state {TEXT} not null, seat {INT} not null, assignee {ID}, why {JSON} not null, data {JSON} not null, seen_version {INT}, decision {TEXT}, comment {TEXT}, decided_by {ID}, decided_at {TIME}, read_at {TIME}, due_at {TIME}, version {INT} not null, created_at {TIME} not null);
create index workflow_task_instance on workflow_task (instance, id);
create index workflow_task_assignee on workflow_task (assignee, state, id);
create index workflow_task_decider on workflow_task (decided_by, id) where decided_by is not null;
create table workflow_task_candidate (task {ID} not null references workflow_task (id), user_id {ID} not null, why {JSON} not null, primary key (task, user_id));
create index workflow_task_candidate_user on workflow_task_candidate (user_id, task);
-- Append-only; each row carries the hash of the row before it in its instance.
create table workflow_log (id {ID} not null primary key, instance {ID} not null references workflow_instance (id), number {INT} not null, kind {TEXT} not null, node {TEXT}, actor {ID}, at {TIME} not null, data {JSON} not null, previous {BYTES} not null, hash {BYTES} not null);
create unique index workflow_log_number on workflow_log (instance, number);
