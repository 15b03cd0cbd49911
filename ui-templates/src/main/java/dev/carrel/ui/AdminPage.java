/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Users and their servers, for administrators.
 *
 * @param users of this page of the list
 * @param search what names must contain; empty for all
 * @param page counted from 1
 * @param more whether there is a next page
 * @param total users found in all
 * @param minPassword characters a password must have; 0 when accounts have none
 * @param link a one-time link just made, shown this once
 */
public record AdminPage(
        Frame frame,
        List<UserRow> users,
        String search,
        int page,
        boolean more,
        long total,
        int minPassword,
        @Nullable OneTimeLink link,
        @Nullable Notice notice)
        implements View {
    /** Copies the list. */
    public AdminPage {
        users = List.copyOf(users);
    }

    /**
     * A user.
     *
     * @param self whether it is the reader, who cannot lock themselves out
     * @param enabled may sign in
     * @param lastActivity none when never
     * @param servers living ones
     */
    public record UserRow(
            String name,
            boolean self,
            boolean admin,
            boolean enabled,
            Moment created,
            @Nullable Moment lastActivity,
            List<ServerCard> servers) {
        /** Copies the list. */
        public UserRow {
            servers = List.copyOf(servers);
        }
    }

    /**
     * A link with which a person chooses their password.
     *
     * @param user for whom
     * @param url to hand over
     * @param expires when it ends
     */
    public record OneTimeLink(String user, String url, Moment expires) {
        @Override
        public String toString() {
            // The link is a secret.
            return "OneTimeLink[" + user + "]";
        }
    }
}
