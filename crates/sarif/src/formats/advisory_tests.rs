//! Packages, scores and ids as tools write them.

use proptest::prelude::*;

use super::*;

#[test]
fn vectors_have_the_scores_that_first_publishes() {
    for (vector, version, score) in [
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 20, "7.8"),
        ("(AV:L/AC:H/Au:N/C:C/I:C/A:C)", 20, "6.2"),
        ("AV:N/AC:M/Au:N/C:N/I:P/A:N", 20, "4.3"),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 30, "6.1"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 31, "10.0"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 31, "9.8"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 31, "7.5"),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 31, "7.8"),
        ("CVSS:3.1/AV:P/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N", 31, "1.7"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C", 31, "9.8"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 40, "10.0"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 40, "9.3"),
        ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 40, "7.3"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 40, "5.3"),
    ] {
        let found = score_of_vector(vector).map(|(version, score)| (version, score.shown()));
        assert_eq!(found, Some((version, score.to_owned())), "{vector}");
    }
}

#[test]
fn a_vector_that_lacks_something_or_says_nothing_has_no_score() {
    for vector in [
        "",
        "CVSS:3.1",
        "CVSS:3.1/AV:N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
        "CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "AV:N/AC:L/C:P/I:P/A:P",
    ] {
        assert_eq!(score_of_vector(vector), None, "{vector}");
    }
}

#[test]
fn words_mean_severities() {
    let words = ["CRITICAL", "Important", "high", "Moderate", "MEDIUM", "low", "Negligible", "UNKNOWN", ""];
    let found: Vec<String> =
        words.iter().map(|word| severity_of(word).map_or("-".to_owned(), |word| word.to_string())).collect();
    assert_eq!(found, ["critical", "high", "high", "medium", "medium", "low", "-", "-", "-"]);
}

#[test]
fn ids_are_found_in_addresses_and_sentences() {
    for (text, ids) in [
        ("https://github.com/advisories/GHSA-jfh8-c2jp-5v3q", &["GHSA-jfh8-c2jp-5v3q"][..]),
        (
            "see cve-2021-44228, CVE-2021-44228 and GHSA-JFH8-C2JP-5V3Q.",
            &["CVE-2021-44228", "CVE-2021-44228", "GHSA-jfh8-c2jp-5v3q"],
        ),
        ("CVE-21-44228 CVE-2021-4 GHSA-abc GHSA-aaaa-bbbb-ccccc xCVE-2021-44228 é", &[]),
    ] {
        assert_eq!(ids_in(text).collect::<Vec<_>>(), ids, "{text}");
    }
}

#[test]
fn weaknesses_are_written_in_one_way() {
    for (text, cwe) in [
        ("CWE-79", Some("CWE-79")),
        ("cwe-89: SQL Injection", Some("CWE-89")),
        ("22", Some("CWE-22")),
        ("NVD-CWE-noinfo", None),
        ("CWE-", None),
        ("éé", None),
    ] {
        assert_eq!(cwe_of(text).as_deref(), cwe, "{text}");
    }
}

#[test]
fn package_urls_are_made_by_the_rules_of_their_type() {
    for (ecosystem, name, version, purl) in [
        ("npm", "@babel/core", "7.0.0", "pkg:npm/%40babel/core@7.0.0"),
        ("Go", "golang.org/x/net", "v0.1.0", "pkg:golang/golang.org/x/net@v0.1.0"),
        (
            "Maven",
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
        ),
        ("PyPI", "Django_Rest", "1.0+local", "pkg:pypi/django-rest@1.0%2Blocal"),
        (crate::identity::CRATES, "time", "0.1.43", "pkg:cargo/time@0.1.43"),
        ("Packagist", "Symfony/Http", "", "pkg:composer/symfony/http"),
        ("GitHub Actions", "tj-actions/changed-files", "45", "pkg:github/tj-actions/changed-files@45"),
    ] {
        assert_eq!(package_in(ecosystem, name, Some(version)).purl.as_deref(), Some(purl));
    }
    let distribution = package_in("Debian:12", "openssl", Some("3.0.11-1~deb12u1"));
    assert_eq!((distribution.kind.as_str(), distribution.purl), ("deb", None));
    assert_eq!(package_in("Rocky Linux:9", "curl", None).kind, "rpm");
    assert_eq!(package_in("Somewhere", "curl", None).kind, "");
}

#[test]
fn package_urls_are_read() {
    for (purl, kind, name, version) in [
        ("pkg:npm/%40babel/core@7.0.0", "npm", "@babel/core", Some("7.0.0")),
        ("pkg:npm/@babel/core", "npm", "@babel/core", None),
        ("pkg:golang/golang.org/x/net@v0.1.0#html", "golang", "golang.org/x/net", Some("v0.1.0")),
        ("pkg:maven/org.apache/log4j@2.14.1?type=jar", "maven", "org.apache:log4j", Some("2.14.1")),
        (
            "pkg:deb/debian/openssl@3.0.11-1~deb12u1?arch=amd64&distro=debian-12",
            "deb",
            "openssl",
            Some("3.0.11-1~deb12u1"),
        ),
        ("pkg:PYPI/Django@1%2B1", "pypi", "Django", Some("1+1")),
    ] {
        let package = package_of_purl(purl).expect("it is a package URL");
        assert_eq!(
            (package.kind.as_str(), package.name.as_str(), package.version.as_deref()),
            (kind, name, version)
        );
    }
    assert_eq!(package_of_purl("https://example.com/x"), None);
    assert_eq!(package_of_purl("pkg:npm"), None);
    assert_eq!(package_of_purl("pkg:npm/"), None);
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,40}", metrics in "(CVSS:[234]\\.[01]/)?([AVCPRUISE]{1,2}:[NLHPARUCX]/){0,14}") {
        let _ = (package_of_purl(&text), package_of_purl(&format!("pkg:{text}")), ids_in(&text).count(), cwe_of(&text));
        let _ = (score_of_vector(&text), score_of_vector(&metrics));
    }

    #[test]
    fn a_made_package_url_reads_as_what_it_was_made_of(
        name in "[a-z][a-z0-9@%.+ -]{0,8}(/[a-z0-9@%.+-]{1,8}){0,3}",
        version in "[0-9a-z.+~:@/-]{1,12}",
    ) {
        let made = package("golang", &name, Some(&version));
        let read = package_of_purl(made.purl.as_deref().unwrap_or_default());
        prop_assert_eq!(read, Some(made));
    }
}
