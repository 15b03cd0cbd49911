/* Copyright the Carrel authors. */
package dev.carrel.router.settings;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What must hold among the settings of ACME. */
final class AcmeRules {
    /** What authorities put into one certificate. */
    private static final int MOST_NAMES = 100;

    private static final int LONGEST_NAME = 253;
    private static final Pattern NAME =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]*[a-z][a-z0-9-]*");

    private AcmeRules() {}

    /** Throws {@link IllegalArgumentException} with value, expectation and mend. */
    static void check(String certificate, int redirectPort, String directory, boolean agreed, List<String> names) {
        if (!certificate.isEmpty()) {
            throw new IllegalArgumentException("tls.acme is true and tls.certificate is \"" + certificate
                    + "\" (expected: one of them; further certificates go into tls.more)");
        }
        checkDirectory(directory);
        if (!agreed) {
            throw new IllegalArgumentException(
                    "tls.acme-agree: false (expected: true, once you have read the terms of service to which the meta entry of "
                            + directory + " leads)");
        }
        if (redirectPort == 0) {
            throw new IllegalArgumentException(
                    "tls.redirect-port: 0 with tls.acme (expected: 80, or the port to which port 80 is forwarded: the authority asks there)");
        }
        checkNames(names);
    }

    /** The names, which must all be of the site; the base host is among them unless another certificate may be for it. */
    static List<String> names(String baseHost, List<String> names, boolean only) {
        List<String> all = names.isEmpty() ? List.of(baseHost) : names;
        if (names.isEmpty() && !NAME.matcher(baseHost).matches()) {
            throw new IllegalArgumentException(
                    "tls.acme is true, but the host of site.public-url is " + baseHost
                            + " (expected: a name that leads here from the internet, as lab.example.org; nobody gives certificates for others)");
        }
        for (String name : all) {
            if (!name.equals(baseHost) && !name.endsWith("." + baseHost)) {
                throw new IllegalArgumentException(
                        "tls.acme-names: \"" + name + "\" (expected: " + baseHost
                                + ", which is the host of site.public-url, or a host below it: the router answers to no other)");
            }
        }
        if (only && !all.contains(baseHost)) {
            throw new IllegalArgumentException(
                    "tls.acme-names: " + names + " (expected: " + baseHost
                            + " among them: it is the host of site.public-url, and there is no other certificate for it in tls.more)");
        }
        return all;
    }

    private static void checkDirectory(String directory) {
        try {
            URI uri = URI.create(directory);
            if ("https".equals(uri.getScheme()) && uri.getHost() != null) {
                return;
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new IllegalArgumentException("tls.acme-directory: \"" + directory
                + "\" (expected: an https URL, as https://acme-v02.api.letsencrypt.org/directory)");
    }

    private static void checkNames(List<String> names) {
        if (names.size() > MOST_NAMES) {
            throw new IllegalArgumentException("tls.acme-names: " + names.size() + " names (expected: " + MOST_NAMES
                    + " at most in one certificate)");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (name.contains("*")) {
                throw new IllegalArgumentException("tls.acme-names: \"" + name
                        + "\" (expected: names without wildcard: authorities give wildcards for dns-01 only, the router speaks http-01; "
                        + "a certificate with a wildcard goes into tls.certificate or tls.more)");
            }
            if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "tls.acme-names: \"" + name
                                + "\" (expected: a host name in lower case with a dot in it, as lab.example.org; no port, no address)");
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException("tls.acme-names: \"" + name + "\" is there twice (expected: once)");
            }
        }
    }
}
