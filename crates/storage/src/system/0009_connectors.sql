-- What a site says of its connectors in the place of their definitions, and how they were last used.
create table sys_connector (name {TEXT} not null primary key, settings {JSON} not null, changed_at {TIME}, changed_by {ID}, used_at {TIME}, used_operation {TEXT}, used_outcome {TEXT});
-- What connectors are let in by, sealed for the connector and the name.
create table sys_connector_secret (id {ID} not null primary key, connector {TEXT} not null, name {TEXT} not null, sealed {TEXT} not null, set_at {TIME} not null, set_by {ID});
create unique index sys_connector_secret_name on sys_connector_secret (connector, name);
-- Signatures that were taken: the same one is not taken twice.
create table sys_signature (digest {BYTES} not null primary key, at {TIME} not null);
create index sys_signature_at on sys_signature (at);
