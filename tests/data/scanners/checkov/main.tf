resource "aws_s3_bucket" "open" {
  bucket = "open"
  acl    = "public-read"
}

resource "aws_security_group_rule" "ssh" {
  #checkov:skip=CKV_AWS_277:a test network
  type              = "ingress"
  from_port         = 0
  to_port           = 65535
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
  security_group_id = "sg-123456"
}
