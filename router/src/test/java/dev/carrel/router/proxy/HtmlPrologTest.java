/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A head is found where HTML lets one begin, and nowhere else. */
class HtmlPrologTest {
    private static int find(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HtmlProlog.headEnd(bytes, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<head>|",
                "<!DOCTYPE HTML>\n<html>\n\n<head>|\n    <meta charset=\"utf-8\">",
                "<!doctype html><html lang=\"en\"><head>|<title>",
                "<HTML><HEAD>|",
                "\uFEFF<!doctype html><html><head>|",
                "<!-- <head> --><html><!-- > --><head id=\"a>b\" x='>'>|<script>",
                "<html data-x=a\"b><head>|</head>",
                "<?xml version=\"1.0\"?><html><head\n>|",
                "<head/>|",
            })
    void behindTheHeadsTag(String page) {
        String text = page.replace("|", "");

        assertThat(find(text)).isEqualTo(page.substring(0, page.indexOf('|')).getBytes(StandardCharsets.UTF_8).length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello <head>",
                "<!doctype html><title>x</title><head>",
                "<html><body><head>",
                "<header><head>",
                "<htmlx><head>",
                "{\"html\":\"<head>\"}",
                "<script>'<head>'</script>",
            })
    void anythingElseFirstMeansThatThereIsNone(String page) {
        assertThat(find(page)).isEqualTo(HtmlProlog.NEVER);
    }

    @Test
    void everyBeginningOfAPageAsksForMore() {
        String page = "<!doctype html>\n<!-- a -->\n<html lang=\"en\"><head class='x'>";

        for (int end = 0; end < page.length(); end++) {
            assertThat(find(page.substring(0, end))).as(page.substring(0, end)).isEqualTo(HtmlProlog.MORE);
        }
        assertThat(find(page)).isEqualTo(page.length());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true  | ''",
                "true  | frame-ancestors 'self'; report-uri /user/ada/api/security/csp-report",
                "true  | default-src 'self'",
                "true  | script-src 'self' 'unsafe-inline'; connect-src *",
                "true  | Default-Src 'none'; Script-Src 'self'; Connect-Src 'self'",
                "false | default-src 'none'",
                "false | script-src 'none'",
                "false | script-src 'nonce-abc'; connect-src 'self'",
                "false | script-src 'self' 'strict-dynamic' 'nonce-abc'",
                "false | script-src 'self'; script-src-elem 'none'",
                "false | script-src 'self'; connect-src https://elsewhere.example",
                "false | sandbox allow-scripts",
                "false | script-src 'self', default-src 'none'",
            })
    void aPagesPolicyDecidesWhetherTheScriptMayWork(boolean allowed, String policy) {
        assertThat(PagePolicy.allowsOwnScript(List.of(policy))).isEqualTo(allowed);
        assertThat(PagePolicy.allowsOwnScript(List.of(policy, "script-src 'none'")))
                .isFalse();
    }
}
