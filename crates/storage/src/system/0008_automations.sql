-- What running flows listen for.
create table workflow_subscription (id {ID} not null primary key, instance {ID} not null references workflow_instance (id), token {INT} not null, name {TEXT} not null, object {TEXT} not null, record {ID}, created_at {TIME} not null);
create unique index workflow_subscription_name on workflow_subscription (instance, token, name);
create index workflow_subscription_object on workflow_subscription (object, record);
-- Which definitions running flows still need.
create index workflow_instance_definition on workflow_instance (definition) where ended_at is null;
