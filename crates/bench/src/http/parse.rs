//! The head and the chunks of an answer, as pure functions over the bytes that have arrived.

use super::ExchangeError;

/// An answer longer than this is a mistake of the server, not something to measure.
pub(super) const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

#[derive(Debug, PartialEq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// Bytes up to and including the empty line.
    pub(super) length: usize,
    pub(super) framing: Framing,
    pub(super) keep_alive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Framing {
    Chunked,
    Empty,
    Length(usize),
    UntilClose,
}

/// `None` while the empty line has not arrived. RFC 9112 §2.1, §4, §6.3.
pub(super) fn parse_head(bytes: &[u8]) -> Result<Option<Head>, ExchangeError> {
    let Some(length) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let length = length + 4;
    let status = match bytes {
        [
            b'H',
            b'T',
            b'T',
            b'P',
            b'/',
            b'1',
            b'.',
            b'0' | b'1',
            b' ',
            a,
            b,
            c,
            b' ' | b'\r',
            ..,
        ] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => [a, b, c]
            .iter()
            .fold(0, |number, digit| number * 10 + u16::from(**digit - b'0')),
        _ => return Err(ExchangeError::Malformed("the status line")),
    };
    if status < 200 {
        return Err(ExchangeError::Malformed(
            "an interim answer nobody asked for",
        ));
    }
    let mut keep_alive = bytes[7] == b'1';
    let mut content_length = None;
    let mut chunked = false;
    for (name, value) in header_lines(&bytes[..length]) {
        if name.eq_ignore_ascii_case(b"content-length") {
            content_length = Some(decimal(value)?);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if !value.eq_ignore_ascii_case(b"chunked") {
                return Err(ExchangeError::Malformed(
                    "a transfer coding other than chunked",
                ));
            }
            chunked = true;
        } else if name.eq_ignore_ascii_case(b"connection") {
            keep_alive = value.eq_ignore_ascii_case(b"keep-alive");
        }
    }
    let framing = match (status, chunked, content_length) {
        (204 | 304, _, _) => Framing::Empty,
        (_, true, _) => Framing::Chunked,
        (_, false, Some(length)) => Framing::Length(length),
        (_, false, None) => Framing::UntilClose,
    };
    Ok(Some(Head {
        status,
        length,
        framing,
        keep_alive,
    }))
}

/// Name and trimmed value of each header line; the status line is skipped.
pub(super) fn header_lines(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    head.split(|byte| *byte == b'\n')
        .skip(1)
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            Some((&line[..colon], line[colon + 1..].trim_ascii()))
        })
}

fn decimal(digits: &[u8]) -> Result<usize, ExchangeError> {
    std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .filter(|length| *length <= LONGEST_ANSWER)
        .ok_or(ExchangeError::Malformed("the content length"))
}

/// Writes the body into `decoded`; `Some(bytes used)` once the last chunk and the trailer have
/// arrived. RFC 9112 §7.1. It begins anew at each call: the few chunked answers are short.
pub(super) fn decode_chunks(
    bytes: &[u8],
    decoded: &mut Vec<u8>,
) -> Result<Option<usize>, ExchangeError> {
    decoded.clear();
    let mut at = 0;
    loop {
        let Some(line) = bytes[at..].windows(2).position(|pair| pair == b"\r\n") else {
            return Ok(None);
        };
        let size = bytes[at..at + line]
            .split(|byte| *byte == b';')
            .next()
            .unwrap_or_default();
        let size = std::str::from_utf8(size.trim_ascii())
            .ok()
            .and_then(|text| usize::from_str_radix(text, 16).ok())
            .filter(|size| *size <= LONGEST_ANSWER)
            .ok_or(ExchangeError::Malformed("a chunk size"))?;
        at += line + 2;
        if size == 0 {
            return trailer_end(&bytes[at..]).map(|end| end.map(|end| at + end));
        }
        let Some(chunk) = bytes.get(at..at + size + 2) else {
            return Ok(None);
        };
        let Some(data) = chunk.strip_suffix(b"\r\n") else {
            return Err(ExchangeError::Malformed("the end of a chunk"));
        };
        decoded.extend_from_slice(data);
        at += size + 2;
    }
}

fn trailer_end(bytes: &[u8]) -> Result<Option<usize>, ExchangeError> {
    match bytes {
        [] | [b'\r'] => Ok(None),
        [b'\r', b'\n', ..] => Ok(Some(2)),
        _ => Ok(bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .map(|at| at + 4)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_head_without_its_empty_line_is_incomplete() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        for end in 0..bytes.len() {
            assert_eq!(parse_head(&bytes[..end]).unwrap(), None, "{end}");
        }
        assert!(parse_head(bytes).unwrap().is_some());
    }

    #[test]
    fn header_names_have_no_case_and_values_lose_their_blanks() {
        let head = "HTTP/1.1 303 See Other\r\ncontent-LENGTH:  12 \r\n\r\n";
        let expected = Head {
            status: 303,
            length: head.len(),
            framing: Framing::Length(12),
            keep_alive: true,
        };
        assert_eq!(
            parse_head(format!("{head}rest").as_bytes()).unwrap(),
            Some(expected)
        );
    }

    #[test]
    fn chunked_wins_over_a_content_length() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(
            parse_head(bytes).unwrap().unwrap().framing,
            Framing::Chunked
        );
    }

    #[test]
    fn an_answer_that_has_no_body_by_its_status_needs_no_length() {
        for status in ["204 No Content", "304 Not Modified"] {
            let bytes = format!("HTTP/1.1 {status}\r\nETag: \"a\"\r\n\r\n");
            assert_eq!(
                parse_head(bytes.as_bytes()).unwrap().unwrap().framing,
                Framing::Empty
            );
        }
    }

    #[test]
    fn without_any_length_the_body_ends_with_the_connection() {
        let head = parse_head(b"HTTP/1.0 200 OK\r\n\r\n").unwrap().unwrap();
        assert_eq!(
            (head.framing, head.keep_alive),
            (Framing::UntilClose, false)
        );
    }

    #[test]
    fn connection_close_is_obeyed() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n";
        assert!(!parse_head(bytes).unwrap().unwrap().keep_alive);
    }

    #[test]
    fn broken_heads_are_refused() {
        for head in [
            "HTTP/2 200\r\n\r\n",
            "HTTP/1.1 2x0 OK\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        ] {
            assert!(parse_head(head.as_bytes()).is_err(), "{head}");
        }
    }

    #[test]
    fn chunks_are_joined_whatever_the_cut() {
        let bytes = b"4\r\nWiki\r\n6;name=value\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\n\r\n";
        let mut decoded = Vec::new();
        for end in 0..bytes.len() {
            assert_eq!(
                decode_chunks(&bytes[..end], &mut decoded).unwrap(),
                None,
                "{end}"
            );
        }
        assert_eq!(
            decode_chunks(bytes, &mut decoded).unwrap(),
            Some(bytes.len())
        );
        assert_eq!(decoded, b"Wikipedia in \r\n\r\nchunks.");
    }

    #[test]
    fn a_trailer_belongs_to_the_answer() {
        let bytes = b"1\r\na\r\n0\r\nExpires: never\r\n\r\n";
        let mut decoded = Vec::new();
        assert_eq!(
            decode_chunks(&bytes[..bytes.len() - 1], &mut decoded).unwrap(),
            None
        );
        assert_eq!(
            decode_chunks(bytes, &mut decoded).unwrap(),
            Some(bytes.len())
        );
    }

    #[test]
    fn a_broken_chunk_is_refused() {
        let mut decoded = Vec::new();
        assert!(decode_chunks(b"zz\r\n", &mut decoded).is_err());
        assert!(decode_chunks(b"1\r\nab\r\n", &mut decoded).is_err());
        assert!(decode_chunks(b"ffffffffffffffff\r\n", &mut decoded).is_err());
    }
}
