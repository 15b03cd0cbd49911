/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

/**
 * Asks the machine's metadata service for its region, once and for {@link #LIMIT_MILLIS} a step at most. The SDK's own provider asks again and again, which
 * takes most of a minute on a machine that is not Amazon's, and prints a page of traces before it gives up. Blocks; any thread.
 */
final class MachineRegion implements AwsRegionProvider {
    /** On a machine that has the service it answers within a few. */
    static final int LIMIT_MILLIS = 700;

    private static final int MAX_ANSWER = 8 * 1024;

    /**
     * The region of this machine.
     *
     * @throws SdkClientException when nobody says one
     */
    @Override
    public Region getRegion() {
        if (SdkSystemSetting.AWS_EC2_METADATA_DISABLED.getBooleanValue().orElse(false)) {
            throw SdkClientException.create("the metadata service is switched off");
        }
        String service = SdkSystemSetting.AWS_EC2_METADATA_SERVICE_ENDPOINT.getStringValueOrThrow();
        try {
            String token =
                    ask(service, "PUT", "/latest/api/token", Map.of("X-aws-ec2-metadata-token-ttl-seconds", "60"));
            String region = ask(
                    service, "GET", "/latest/meta-data/placement/region", Map.of("X-aws-ec2-metadata-token", token));
            if (!DynamoSettings.isRegion(region)) {
                throw new IOException("an answer that is no region");
            }
            return Region.of(region);
        } catch (IOException | IllegalArgumentException e) {
            throw SdkClientException.create("no region from the metadata service " + service + ": " + e, e);
        }
    }

    private static String ask(String service, String method, String path, Map<String, String> headers)
            throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(service + path).toURL().openConnection(Proxy.NO_PROXY);
        try {
            connection.setConnectTimeout(LIMIT_MILLIS);
            connection.setReadTimeout(LIMIT_MILLIS);
            connection.setInstanceFollowRedirects(false);
            connection.setRequestMethod(method);
            headers.forEach(connection::setRequestProperty);
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("status " + connection.getResponseCode());
            }
            try (InputStream answer = connection.getInputStream()) {
                return new String(answer.readNBytes(MAX_ANSWER), StandardCharsets.US_ASCII).strip();
            }
        } finally {
            connection.disconnect();
        }
    }
}
