use super::{Clean, MAX_BYTES, clean};
use std::time::{Duration, Instant};

fn html(source: &str) -> String {
    clean(source).html
}

#[test]
fn words_and_their_looks_stay() {
    let source = "<p style=\"color: red; font-family: 'Segoe UI', Arial\">Hi <b>you</b></p><ul><li>one</li><li>two</li></ul>";
    assert_eq!(html(source), source);
    assert_eq!(html("<font color=red size=2>a<br>b"), "<font color=\"red\" size=\"2\">a<br>b</font>");
}

#[test]
fn what_runs_is_gone() {
    assert_eq!(html("a<script>alert(1)</script>b<style>x{}</style>c<img onerror=alert(1)>"), "abc<img>");
    assert_eq!(html("<form action=x><input><button>Go</button></form><svg onload=a>t</svg><math>m</math>"), "Gotm");
    for href in ["javascript:a()", "jav&#x0A;ascript:a()", " &#1;javascript:a()", "vbscript:a", "data:text/html,x", "file:///etc", "/x"] {
        let out = html(&format!("<a href=\"{href}\">x</a>"));
        assert_eq!(out, "<a target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>", "{href}");
    }
}

#[test]
fn styles_that_reach_out_are_gone() {
    let source = "<p style=\"position:fixed;color:re\\64;background:url(https://t.example/x);width:expression(a());margin:-20px;\
                  -moz-binding:url(x);margin-left:5px!important;border:1px solid rgba(0,0,0,.5)\">x</p>";
    let out = clean(source);
    assert_eq!(out.html, "<p style=\"margin-left: 5px; border: 1px solid rgba(0,0,0,.5)\">x</p>");
    assert_eq!(out.remote, 1);
}

#[test]
fn images_wait_until_they_are_asked_for() {
    let out =
        clean("<img src=//t.example/a?b=1&amp;c=2 width=1><img src=\"cid:a%40b\"><img src='data:image/png;base64,AA=='><img src=x.png>");
    let html =
        "<img width=\"1\" data-src=\"https://t.example/a?b=1&amp;c=2\"><img data-cid=\"a@b\"><img src=\"data:image/png;base64,AA==\"><img>";
    assert_eq!(out, Clean { html: html.into(), remote: 1, cids: vec!["a@b".into()], cut: false, plain: false });
    assert_eq!(clean("<table background=http://t.example/x><tr><td>a").remote, 1);
    assert_eq!(html_of_picture("svg+xml"), "<img>");
}

fn html_of_picture(kind: &str) -> String {
    html(&format!("<img src=\"data:image/{kind};base64,AAAA\">"))
}

#[test]
fn a_link_that_names_another_host_is_marked() {
    let mark = |href: &str, label: &str| {
        let out = html(&format!("<a href=\"{href}\">{label}</a>"));
        out.split_once("data-other-host=\"").map(|(_, rest)| rest.split('"').next().unwrap_or_default().to_owned())
    };
    assert_eq!(mark("https://evil.example/", "https://<b>bank.example</b>/login").as_deref(), Some("evil.example"));
    assert_eq!(mark("https://bank.example@evil.example/", "www.bank.example").as_deref(), Some("evil.example"));
    assert!(mark("https://b\u{430}nk.example/", "bank.example").unwrap().starts_with("xn--"));
    assert_eq!(mark("https://www.bank.example/a", "bank.example"), None);
    assert_eq!(mark("https://files.example/1", "report.pdf"), None);
    assert_eq!(mark("https://files.example/1", "Click here"), None);
    assert_eq!(mark("mailto:a@b.example", "a@b.example"), None);
}

#[test]
fn broken_nesting_is_mended_once() {
    assert_eq!(html("<table><td>a<tr>b</table>c"), "<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>c");
    assert_eq!(html("<p>a<p>b<div>c</p>d"), "<p>a</p><p>b</p><div>cd</div>");
    assert_eq!(html("<b>a<i>b</b>c</i>d"), "<b>a<i>b</i></b>cd");
    assert_eq!(html("</div></table>a<td>b"), "ab");
    assert_eq!(html("<body bgcolor=#eee><a href=https://a.example>x<a href=https://b.example>y</body>").matches("</a>").count(), 2);
}

#[test]
fn comments_and_open_ends_bring_nothing_back() {
    assert_eq!(html("a<!--[if mso]><b>x</b><![endif]-->b<!-->c<!--d--!>e<![if !mso]>f<![endif]>g<?x?>h<!-- <b>i"), "abcefgh");
    assert_eq!(html("1 < 2 <3 a<b <c>d</c"), "1 &lt; 2 &lt;3 a<b>d</b>");
    assert!(html("<noscript><p title=\"</noscript><img src=x onerror=a>\">x</p></noscript>").starts_with("<p title="));
}

#[test]
fn hostile_sizes_end_soon() {
    let many = |piece: &str| piece.repeat(MAX_BYTES / piece.len());
    let attributes: String = (0..120_000).map(|n| format!(" a{n}")).collect();
    for source in [
        many("<div>"),
        many("<b><p>"),
        many("<table><td>"),
        many("<a href=x><font color=red>"),
        many("<"),
        many("</"),
        many("<!--"),
        many("<script>"),
        many("x\u{1f600}"),
        many("&amp;&lt"),
        many("<p style=\"a:b;\">"),
        many("<a href=https://a.example>b.example</a>"),
        format!("<table>{}", many("<b></b><i>x")),
        format!("<table>{}", many("<tr>")),
        format!("<b{attributes}>x</b>"),
        format!("<img src=\"{}\">", many("a")),
    ] {
        let start = Instant::now();
        let out = clean(&source);
        let head: String = source.chars().take(30).collect();
        assert!(!out.plain, "{head}");
        // Release builds take a tenth of it.
        assert!(start.elapsed() < Duration::from_secs(3), "{head}: {:?}", start.elapsed());
    }
}

#[test]
fn what_is_too_long_is_cut_between_tags() {
    let out = clean(&"<p>word</p>".repeat(200_000));
    assert!(out.cut && out.html.ends_with("<p>word</p>"));
    assert!(!clean("<p>word</p>").cut);
}
