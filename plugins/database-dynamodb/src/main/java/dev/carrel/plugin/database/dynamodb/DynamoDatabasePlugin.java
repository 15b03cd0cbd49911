/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tables in DynamoDB. */
public final class DynamoDatabasePlugin implements Plugin {
    private @Nullable DynamoDatabase database;

    /** Called by the host. */
    public DynamoDatabasePlugin() {}

    @Override
    public List<Extension> start(PluginContext context) {
        DynamoDatabase opened = DynamoDatabase.open(context.settings(DynamoSettings.class));
        database = opened;
        context.log().info("tables in {}", opened.name());
        return List.of(opened);
    }

    @Override
    public void stop() {
        if (database != null) {
            database.close();
        }
    }
}
