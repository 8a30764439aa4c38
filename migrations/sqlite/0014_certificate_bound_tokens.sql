-- A family of refresh tokens that is bound to a certificate (RFC 8705 §4).
ALTER TABLE approval ADD COLUMN refresh_certificate TEXT;
