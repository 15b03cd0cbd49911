/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;

/** How providers are spoken to: encrypted, without following redirects, and not for longer than a person waits. */
final class Wire {
    static final int CONNECT_MILLIS = 3000;
    static final int READ_MILLIS = 5000;

    private Wire() {}

    /**
     * An address to which secrets may be sent.
     *
     * @throws IllegalArgumentException for one that is not encrypted, unless it is this very machine
     */
    static URI secure(String what, URI address) {
        String host = address.getHost();
        boolean https = "https".equals(address.getScheme()) && host != null;
        boolean here = "http".equals(address.getScheme()) && host != null && loopback(host);
        if (!https && !here || address.getRawUserInfo() != null) {
            throw new IllegalArgumentException(what + ": \"" + address + "\" (expected: https://…)");
        }
        return address;
    }

    private static boolean loopback(String host) {
        try {
            return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    static HTTPResponse send(HTTPRequest request) throws IOException {
        request.setConnectTimeout(CONNECT_MILLIS);
        request.setReadTimeout(READ_MILLIS);
        request.setFollowRedirects(false);
        return request.send();
    }

    /** The question for what a code is worth. */
    static HTTPRequest redemption(URI endpoint, Credentials credentials, boolean inBody, AuthorizationCodeGrant grant) {
        if (credentials.secret().isEmpty()) {
            return new TokenRequest.Builder(endpoint, credentials.id(), grant)
                    .build()
                    .toHTTPRequest();
        }
        Secret secret = new Secret(credentials.secret());
        ClientAuthentication authentication = inBody
                ? new ClientSecretPost(credentials.id(), secret)
                : new ClientSecretBasic(credentials.id(), secret);
        return new TokenRequest.Builder(endpoint, authentication, grant).build().toHTTPRequest();
    }

    /** Who we are to a provider. */
    record Credentials(ClientID id, String secret) {
        @Override
        public String toString() {
            return "Credentials[" + id + "]";
        }
    }
}
