-- What exactly was approved, beside the scope (RFC 9396), as JSON.
ALTER TABLE approval ADD COLUMN authorization_details TEXT NOT NULL DEFAULT '[]';
