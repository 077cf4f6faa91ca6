//! Pages: where the next one is, by the header `Link` (RFC 8288) as GitHub writes it.

/// The target of the link whose relation is `next`.
pub(crate) fn next(header: &str) -> Option<&str> {
    let links = header.split(',').filter_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        Some((target, parameters))
    });
    let is_next = |parameters: &str| {
        parameters.split(';').any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"))
    };
    links.filter(|(_, parameters)| is_next(parameters)).map(|(target, _)| target).next()
}

/// The path and query of an address below the API's own; none for any other address: a token goes nowhere else.
pub(crate) fn below<'a>(api: &str, address: &'a str) -> Option<&'a str> {
    let api = api.trim_end_matches('/');
    let rest = address.strip_prefix(api)?;
    rest.starts_with('/').then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_others() {
        let header = "<https://api.github.com/repositories/1/x?page=1>; rel=\"prev\", \
                      <https://api.github.com/repositories/1/x?per_page=100&page=3>; rel=\"next\", <https://a/?page=9>; rel=\"last\"";
        assert_eq!(next(header), Some("https://api.github.com/repositories/1/x?per_page=100&page=3"));
        for none in ["", "<https://a>; rel=\"last\"", "https://a; rel=\"next\"", "<>; rel", "<a"] {
            assert_eq!(next(none), None, "{none}");
        }
    }

    #[test]
    fn no_page_leads_elsewhere() {
        let api = "https://ghe.example/api/v3";
        assert_eq!(below(api, "https://ghe.example/api/v3/repos?page=2"), Some("/repos?page=2"));
        for elsewhere in [
            "https://ghe.example/api/v33/x",
            "https://evil.example/api/v3/x",
            "http://ghe.example/api/v3/x",
            "",
        ] {
            assert_eq!(below(api, elsewhere), None, "{elsewhere}");
        }
    }
}
