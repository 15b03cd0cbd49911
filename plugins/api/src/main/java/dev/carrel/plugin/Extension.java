/* Copyright the Carrel authors. */
package dev.carrel.plugin;

/** Something a plugin adds. One permitted interface for each extension point, so that the host cannot overlook a new one. */
public sealed interface Extension
        permits Authenticator,
                BucketStore,
                ClusterTask,
                Command,
                Compute,
                Database,
                Dns,
                EventListener,
                Mailer,
                NodeTask,
                PasswordAuthenticator,
                RequestHandler,
                SignInCheck,
                UiSection,
                UsageAccounting,
                Volume {}
