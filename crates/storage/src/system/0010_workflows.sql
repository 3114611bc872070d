-- The newest flows of one workflow.
create index workflow_instance_workflow on workflow_instance (workflow, id);
