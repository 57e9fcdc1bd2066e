-- A start reads the workspace's key, one among as many as there are customers.
CREATE INDEX customer_key_workspace ON customer_key (id) WHERE purpose = 'workspace';
