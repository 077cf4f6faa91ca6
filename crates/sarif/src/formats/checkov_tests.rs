//! Reports of Checkov, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::formats::{Format, read};

/// What Checkov 3.3.30 wrote of `tests/data/scanners/checkov`, passed checks and members that are always null left out.
const REPORT: &str = r##"{
  "check_type": "terraform",
  "results": {
    "passed_checks": [],
    "failed_checks": [
      {"check_id": "CKV_AWS_24", "check_name": "Ensure no security groups allow ingress from 0.0.0.0:0 to port 22", "check_result": {"result": "FAILED", "evaluated_keys": ["from_port", "to_port", "cidr_blocks", "ipv6_cidr_blocks"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [6, 14], "resource": "aws_security_group_rule.ssh", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV_AWS_260", "check_name": "Ensure no security groups allow ingress from 0.0.0.0:0 to port 80", "check_result": {"result": "FAILED", "evaluated_keys": ["from_port", "to_port", "cidr_blocks", "ipv6_cidr_blocks"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [6, 14], "resource": "aws_security_group_rule.ssh", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV_AWS_23", "check_name": "Ensure every security group and rule has a description", "check_result": {"result": "FAILED", "evaluated_keys": []}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [6, 14], "resource": "aws_security_group_rule.ssh", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV_AWS_25", "check_name": "Ensure no security groups allow ingress from 0.0.0.0:0 to port 3389", "check_result": {"result": "FAILED", "evaluated_keys": ["from_port", "to_port", "cidr_blocks", "ipv6_cidr_blocks"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [6, 14], "resource": "aws_security_group_rule.ssh", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV2_AWS_6", "check_name": "Ensure that S3 bucket has a Public Access block", "check_result": {"result": "FAILED", "entity": {"aws_s3_bucket": {"open": {"__end_line__": 4, "__start_line__": 1, "acl": ["public-read"], "bucket": ["open"], "__address__": "aws_s3_bucket.open"}}}, "evaluated_keys": ["block_public_acls", "resource_type", "block_public_policy"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [1, 4], "resource": "aws_s3_bucket.open", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV2_AWS_62", "check_name": "Ensure S3 buckets should have event notifications enabled", "check_result": {"result": "FAILED", "entity": {"aws_s3_bucket": {"open": {"__end_line__": 4, "__start_line__": 1, "acl": ["public-read"], "bucket": ["open"], "__address__": "aws_s3_bucket.open"}}}, "evaluated_keys": ["resource_type"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [1, 4], "resource": "aws_s3_bucket.open", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV_AWS_18", "check_name": "Ensure the S3 bucket has access logging enabled", "check_result": {"result": "FAILED", "entity": {"aws_s3_bucket": {"open": {"__end_line__": 4, "__start_line__": 1, "acl": ["public-read"], "bucket": ["open"], "__address__": "aws_s3_bucket.open"}}}, "evaluated_keys": ["logging", "resource_type"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [1, 4], "resource": "aws_s3_bucket.open", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV_AWS_21", "check_name": "Ensure all data stored in the S3 bucket have versioning enabled", "check_result": {"result": "FAILED", "entity": {"aws_s3_bucket": {"open": {"__end_line__": 4, "__start_line__": 1, "acl": ["public-read"], "bucket": ["open"], "__address__": "aws_s3_bucket.open"}}}, "evaluated_keys": ["versioning_configuration/status", "resource_type", "versioning/enabled"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [1, 4], "resource": "aws_s3_bucket.open", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV_AWS_145", "check_name": "Ensure that S3 buckets are encrypted with KMS by default", "check_result": {"result": "FAILED", "entity": {"aws_s3_bucket": {"open": {"__end_line__": 4, "__start_line__": 1, "acl": ["public-read"], "bucket": ["open"], "__address__": "aws_s3_bucket.open"}}}, "evaluated_keys": ["server_side_encryption_configuration/rule/apply_server_side_encryption_by_default/sse_algorithm", "rule/apply_server_side_encryption_by_default/sse_algorithm", "resource_type"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [1, 4], "resource": "aws_s3_bucket.open", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV2_AWS_61", "check_name": "Ensure that an S3 bucket has a lifecycle configuration", "check_result": {"result": "FAILED", "entity": {"aws_s3_bucket": {"open": {"__end_line__": 4, "__start_line__": 1, "acl": ["public-read"], "bucket": ["open"], "__address__": "aws_s3_bucket.open"}}}, "evaluated_keys": ["resource_type", "lifecycle_rule"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [1, 4], "resource": "aws_s3_bucket.open", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV_AWS_20", "check_name": "S3 Bucket has an ACL defined which allows public READ access.", "check_result": {"result": "FAILED", "entity": {"aws_s3_bucket": {"open": {"__end_line__": 4, "__start_line__": 1, "acl": ["public-read"], "bucket": ["open"], "__address__": "aws_s3_bucket.open"}}}, "evaluated_keys": ["access_control_policy", "access_control_policy/grant", "resource_type", "acl", "access_control_policy/grant/*/grantee/uri"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [1, 4], "resource": "aws_s3_bucket.open", "evaluations": null, "severity": null, "guideline": null},
      {"check_id": "CKV_AWS_144", "check_name": "Ensure that S3 bucket has cross-region replication enabled", "check_result": {"result": "FAILED", "entity": {"aws_s3_bucket": {"open": {"__end_line__": 4, "__start_line__": 1, "acl": ["public-read"], "bucket": ["open"], "__address__": "aws_s3_bucket.open"}}}, "evaluated_keys": ["rule/*/status", "resource_type", "replication_configuration/rules/*/status"]}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [1, 4], "resource": "aws_s3_bucket.open", "evaluations": null, "severity": null, "guideline": null}
    ],
    "skipped_checks": [
      {"check_id": "CKV_AWS_277", "check_name": "Ensure no security groups allow ingress from 0.0.0.0:0 to port -1", "check_result": {"result": "SKIPPED", "suppress_comment": "a test network"}, "code_block": null, "file_path": "/main.tf", "file_abs_path": "/repo/main.tf", "repo_file_path": "/main.tf", "file_line_range": [6, 14], "resource": "aws_security_group_rule.ssh", "evaluations": null, "severity": null, "guideline": null}
    ],
    "parsing_errors": []
  },
  "summary": {"passed": 3, "failed": 12, "skipped": 1, "parsing_errors": 0, "resource_count": 2, "checkov_version": "3.3.30"}
}"##;

#[test]
fn reads_what_checkov_writes() {
    expect![[r#"
        run checkov Unusable version="3.3.30"
        rule CKV_AWS_24 short="Ensure no security groups allow ingress from 0.0.0.0:0 to port 22" tags="security"
        rule CKV_AWS_260 short="Ensure no security groups allow ingress from 0.0.0.0:0 to port 80" tags="security"
        rule CKV_AWS_23 short="Ensure every security group and rule has a description" tags="security"
        rule CKV_AWS_25 short="Ensure no security groups allow ingress from 0.0.0.0:0 to port 3389" tags="security"
        rule CKV2_AWS_6 short="Ensure that S3 bucket has a Public Access block" tags="security"
        rule CKV2_AWS_62 short="Ensure S3 buckets should have event notifications enabled" tags="security"
        rule CKV_AWS_18 short="Ensure the S3 bucket has access logging enabled" tags="security"
        rule CKV_AWS_21 short="Ensure all data stored in the S3 bucket have versioning enabled" tags="security"
        rule CKV_AWS_145 short="Ensure that S3 buckets are encrypted with KMS by default" tags="security"
        rule CKV2_AWS_61 short="Ensure that an S3 bucket has a lifecycle configuration" tags="security"
        rule CKV_AWS_20 short="S3 Bucket has an ACL defined which allows public READ access." tags="security"
        rule CKV_AWS_144 short="Ensure that S3 bucket has cross-region replication enabled" tags="security"
        rule CKV_AWS_277 short="Ensure no security groups allow ingress from 0.0.0.0:0 to port -1" tags="security"
        CKV_AWS_24 warning/-/- "Ensure no security groups allow ingress from 0.0.0.0:0 to port 22" subject="aws_security_group_rule.ssh" from 6:7
          at main.tf:6 to 14
        CKV_AWS_260 warning/-/- "Ensure no security groups allow ingress from 0.0.0.0:0 to port 80" subject="aws_security_group_rule.ssh" from 7:7
          at main.tf:6 to 14
        CKV_AWS_23 warning/-/- "Ensure every security group and rule has a description" subject="aws_security_group_rule.ssh" from 8:7
          at main.tf:6 to 14
        CKV_AWS_25 warning/-/- "Ensure no security groups allow ingress from 0.0.0.0:0 to port 3389" subject="aws_security_group_rule.ssh" from 9:7
          at main.tf:6 to 14
        CKV2_AWS_6 warning/-/- "Ensure that S3 bucket has a Public Access block" subject="aws_s3_bucket.open" from 10:7
          at main.tf:1 to 4
        CKV2_AWS_62 warning/-/- "Ensure S3 buckets should have event notifications enabled" subject="aws_s3_bucket.open" from 11:7
          at main.tf:1 to 4
        CKV_AWS_18 warning/-/- "Ensure the S3 bucket has access logging enabled" subject="aws_s3_bucket.open" from 12:7
          at main.tf:1 to 4
        CKV_AWS_21 warning/-/- "Ensure all data stored in the S3 bucket have versioning enabled" subject="aws_s3_bucket.open" from 13:7
          at main.tf:1 to 4
        CKV_AWS_145 warning/-/- "Ensure that S3 buckets are encrypted with KMS by default" subject="aws_s3_bucket.open" from 14:7
          at main.tf:1 to 4
        CKV2_AWS_61 warning/-/- "Ensure that an S3 bucket has a lifecycle configuration" subject="aws_s3_bucket.open" from 15:7
          at main.tf:1 to 4
        CKV_AWS_20 warning/-/- "S3 Bucket has an ACL defined which allows public READ access." subject="aws_s3_bucket.open" from 16:7
          at main.tf:1 to 4
        CKV_AWS_144 warning/-/- "Ensure that S3 bucket has cross-region replication enabled" subject="aws_s3_bucket.open" from 17:7
          at main.tf:1 to 4
        CKV_AWS_277 warning/-/- "Ensure no security groups allow ingress from 0.0.0.0:0 to port -1" subject="aws_security_group_rule.ssh" from 20:7
          at main.tf:6 to 14
          accepted InSource Accepted why="a test network"
    "#]].assert_eq(&dump(Format::Checkov, REPORT));
}

#[test]
fn counts_what_checkov_counts() {
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let failed = run.alerts.iter().filter(|alert| alert.suppressions.as_ref().is_some_and(Vec::is_empty));
    assert_eq!((failed.count(), run.alerts.len()), (12, 13), "12 failed, 1 skipped, says its summary");
}

#[test]
fn nothing_checked_is_a_bare_summary() {
    let report = r#"{"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "resource_count": 0, "checkov_version": "3.3.30"}"#;
    expect![[r#"
        run checkov Unusable version="3.3.30"
        fault nothing-scanned 1:1: Checkov checked nothing
    "#]]
    .assert_eq(&dump(Format::Checkov, report));
}

#[test]
fn several_frameworks_are_a_list() {
    let report = r#"[
  {"check_type": "dockerfile", "results": {"failed_checks": [{"check_id": "CKV_DOCKER_2", "check_name": "n", "file_path": "/Dockerfile", "repo_file_path": "/a/Dockerfile", "file_line_range": [1, 1], "resource": "/Dockerfile.", "severity": "HIGH", "guideline": "https://example.com/docker-2"}]},
   "summary": {"passed": 1, "failed": 1, "skipped": 0, "parsing_errors": 0, "checkov_version": "3.3.30"}},
  {"check_type": "secrets", "results": {"failed_checks": [{"check_id": "CKV_SECRET_2", "check_name": "AWS Access Key", "file_path": "/settings.py", "file_line_range": [3, 4], "resource": "25910f981e85ca04baf359199dd0bd4a3ae738b6", "severity": null}]},
   "summary": {"passed": 0, "failed": 1, "skipped": 0, "parsing_errors": 0, "checkov_version": "3.3.30"}}
]"#;
    expect![[r#"
        run checkov Unusable version="3.3.30"
        rule CKV_DOCKER_2 short="n" uri="https://example.com/docker-2" tags="security"
        rule CKV_SECRET_2 short="AWS Access Key" tags="security,external/cwe/cwe-798"
        CKV_DOCKER_2 error/high/- "n" subject="/Dockerfile." from 2:62
          at a/Dockerfile:1
        CKV_SECRET_2 error/high/- "AWS Access Key" cwe="CWE-798" secret from 4:59
          at settings.py:3 to 4
    "#]]
    .assert_eq(&dump(Format::Checkov, report));
}

#[test]
fn files_that_do_not_parse_are_said() {
    let listed = r#"{"check_type": "terraform", "results": {"passed_checks": [], "failed_checks": [], "skipped_checks": [], "parsing_errors": ["/repo/b.tf"]},
  "summary": {"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 1, "resource_count": 0, "checkov_version": "3.3.30"}}"#;
    expect![[r#"
        run checkov Unusable version="3.3.30"
        fault scan-incomplete 1:124: Checkov could not parse `/repo/b.tf`
    "#]]
    .assert_eq(&dump(Format::Checkov, listed));
    let counted = r#"{"check_type": "terraform", "results": {"failed_checks": []}, "summary": {"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 2}}"#;
    expect![[r#"
        run checkov Unusable
        fault scan-incomplete 1:74: Checkov could not parse 2 files, and does not list them
    "#]]
    .assert_eq(&dump(Format::Checkov, counted));
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"{"check_type": "terraform", "results": {"failed_checks": [
  {"check_id": "CKV_1", "check_name": "n", "file_path": "/", "file_line_range": [1, 2]},
  {"check_id": "CKV_1", "check_name": "", "file_path": "/a.tf", "file_line_range": [0, -1], "severity": "WILD"},
  {"check_id": "CKV_1", "check_name": "n", "file_path": "/a.tf", "file_line_range": [3]},
  {"check_name": "n"}, []
], "skipped_checks": {}}}"#;
    expect![[r#"
        run checkov Unusable
        rule CKV_1 short="CKV_1" tags="security"
        CKV_1 warning/-/- "CKV_1" from 3:3
          at a.tf
        CKV_1 warning/-/- "n" from 4:3
          at a.tf
        fault unusable-result 5:24: an entry of the results is an array, expected an object
        fault unusable-result 2:3: a check without a `file_path`
        fault missing-member 3:3: a result of `CKV_1` has no `check_name`
        fault wrong-type 3:88: a line of `file_line_range` is the number -1, expected a whole number
        fault bad-severity 3:105: `severity` is `WILD`, expected one of `CRITICAL`, `HIGH`, `MEDIUM`, `MODERATE`, `LOW`, `INFO`, `NONE`
        fault unusable-result 5:3: `check_id` of a result is missing, expected a text
        fault wrong-type 6:22: `skipped_checks` is an object, expected an array
    "#]].assert_eq(&dump(Format::Checkov, report));
}

#[test]
fn a_cut_report_says_so() {
    cut_everywhere(Format::Checkov, REPORT);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Checkov, REPORT);
}
