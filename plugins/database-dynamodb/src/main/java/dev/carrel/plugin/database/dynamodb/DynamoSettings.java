/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.Setting;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/** {@code etc/plugins/database-dynamodb.properties}. */
public record DynamoSettings(
        @Setting(
                text =
                        "The region, like eu-central-1. Empty: as the AWS SDK finds it, by AWS_REGION, the profile or the machine.")
        String region,

        @Setting(
                text =
                        "The address of another server than AWS's, like http://127.0.0.1:8000 of DynamoDBLocal. Empty: AWS's.")
        String endpoint,

        @Setting(
                text =
                        "The access key for an endpoint that is not AWS's. With AWS, credentials are found as every AWS tool finds them: "
                                + "environment, profile, the machine's or container's role.",
                secret = true)
        String accessKey,

        @Setting(text = "The secret that belongs to the access key.", secret = true)
        String secretKey,

        @Setting(
                text =
                        "Stands before the name of every table, so that several installations can share an account: 2 to 40 of a-z 0-9 "
                                + "and underscores, starting with a letter. Never change it afterwards.",
                def = "carrel_")
        String tablePrefix,

        @Setting(
                text =
                        "Read capacity units of each new table and index. 0, and write-capacity 0: on demand, paid by request.",
                def = "0",
                min = 0,
                max = 40_000)
        int readCapacity,

        @Setting(text = "Write capacity units of each new table and index.", def = "0", min = 0, max = 40_000)
        int writeCapacity,

        @Setting(
                text =
                        "How often a call is tried that is throttled or finds the service failing, the first time included.",
                def = "4",
                min = 1,
                max = 10)
        int attempts,

        @Setting(
                text = "The longest that a call tries to reach the service, all attempts together.",
                def = "3s",
                min = 250,
                max = 60_000)
        Duration connectTimeout,

        @Setting(
                text = "The longest that a request may take, attempts and waiting for others included.",
                def = "10s",
                min = 1000,
                max = 120_000)
        Duration queryTimeout) {
    private static final String REGION = "[a-z]{2,4}(-[a-z]+)+-[0-9]+";

    /** Refuses what cannot be right. */
    public DynamoSettings {
        if (!region.isEmpty() && !isRegion(region)) {
            throw new IllegalArgumentException(
                    "region: \"" + region + "\" (expected: the name of an AWS region, like eu-central-1)");
        }
        if (!tablePrefix.matches("[a-z][a-z0-9_]{1,39}")) {
            throw new IllegalArgumentException("table-prefix: \"" + tablePrefix
                    + "\" (expected: 2 to 40 of a-z 0-9 and underscores, starting with a letter)");
        }
        if ((readCapacity == 0) != (writeCapacity == 0)) {
            throw new IllegalArgumentException((readCapacity == 0 ? "read-capacity" : "write-capacity")
                    + ": 0 (expected: 1 or more, as the other one is given; or both 0, to pay by request)");
        }
        checkEndpoint(endpoint);
        checkKeys(endpoint, accessKey, secretKey);
    }

    private static void checkEndpoint(String endpoint) {
        if (endpoint.isEmpty()) {
            return;
        }
        try {
            URI uri = new URI(endpoint);
            boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!known || uri.getHost() == null || uri.getUserInfo() != null || uri.getQuery() != null) {
                throw new URISyntaxException(endpoint, "no address of a server");
            }
        } catch (URISyntaxException e) {
            // Somebody may have put a password into it.
            throw new IllegalArgumentException(
                    "endpoint: \"" + endpoint.replaceAll("//.*@", "//…@")
                            + "\" (expected: http:// or https://, a host and perhaps a port, like http://127.0.0.1:8000)",
                    e);
        }
    }

    private static void checkKeys(String endpoint, String accessKey, String secretKey) {
        if (accessKey.isEmpty() != secretKey.isEmpty()) {
            throw new IllegalArgumentException(
                    (accessKey.isEmpty() ? "access-key" : "secret-key") + ": empty (expected: both keys or none)");
        }
        if (endpoint.isEmpty() && !accessKey.isEmpty()) {
            throw new IllegalArgumentException(
                    "access-key: given without endpoint (expected: none with AWS itself; give the machine a role, or set AWS_PROFILE)");
        }
    }

    /** Whether it has the form of a region's name. */
    static boolean isRegion(String name) {
        return name.matches(REGION);
    }

    boolean onDemand() {
        return readCapacity == 0;
    }

    /** The longest that one request to the service may take, with all its attempts. */
    Duration longestCall() {
        return connectTimeout.plus(queryTimeout);
    }
}
