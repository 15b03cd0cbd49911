/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the settings may say, and what is shown of them. */
class DynamoSettingsTest {
    private static DynamoSettings settings(
            String region, String endpoint, String accessKey, String secretKey, String prefix, int read, int write) {
        return new DynamoSettings(
                region,
                endpoint,
                accessKey,
                secretKey,
                prefix,
                read,
                write,
                3,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
    }

    @Test
    void regionOrEndpointNameTheService() {
        try (DynamoDatabase database = DynamoDatabase.open(settings("eu-central-1", "", "", "", "carrel_", 0, 0))) {
            assertThat(database.name()).isEqualTo("DynamoDB eu-central-1, tables carrel_*");
        }
        try (DynamoDatabase database =
                DynamoDatabase.open(settings("", "http://127.0.0.1:8000", "k", "secret", "carrel_", 5, 5))) {
            assertThat(database.name()).isEqualTo("DynamoDB http://127.0.0.1:8000, tables carrel_*");
        }
    }

    @Test
    void aRegionThatIsNoneIsRefused() {
        for (String region : List.of("Frankfurt", "eu", "eu-central", "eu_central_1", "https://x")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> settings(region, "", "", "", "carrel_", 0, 0))
                    .withMessage("region: \"" + region + "\" (expected: the name of an AWS region, like eu-central-1)");
        }
        for (String region : List.of("us-gov-west-1", "ap-southeast-3", "us-iso-east-1")) {
            assertThat(settings(region, "", "", "", "carrel_", 0, 0).region()).isEqualTo(region);
        }
    }

    @Test
    void anEndpointThatIsNoneIsRefusedWithoutItsPassword() {
        for (String endpoint :
                List.of("127.0.0.1:8000", "ftp://host", "http://", "http://u:secret@host", "http://a b")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> settings("", endpoint, "", "", "carrel_", 0, 0))
                    .withMessageContainingAll("endpoint: ", "expected: http:// or https://")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        }
    }

    @Test
    void keysAreForEndpointsOnlyAndComeInPairs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("eu-central-1", "", "key", "secret", "carrel_", 0, 0))
                .withMessageContainingAll("access-key", "without endpoint", "role")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("", "http://host", "key", "", "carrel_", 0, 0))
                .withMessageContaining("secret-key: empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("", "http://host", "", "secret", "carrel_", 0, 0))
                .withMessageContaining("access-key: empty");
    }

    @Test
    void aPrefixThatTablesCannotHaveIsRefused() {
        for (String prefix : List.of("", "a", "A_", "1a", "a-b", "a.b", "a".repeat(41))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> settings("", "", "", "", prefix, 0, 0))
                    .withMessageContaining("table-prefix: \"" + prefix + "\"");
        }
    }

    @Test
    void capacityIsGivenForBothOrNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("", "", "", "", "carrel_", 5, 0))
                .withMessageContaining("write-capacity: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("", "", "", "", "carrel_", 0, 5))
                .withMessageContaining("read-capacity: 0");
    }
}
