/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Rewrites {@code System.exit}, {@code Runtime.exit} and {@code Runtime.halt} in a plugin's classes to throw a {@link dev.carrel.plugin.PluginExit},
 * which names the plugin's mistake where it was made. A library's own {@code main} method may hold such a call without harm, so it is no reason
 * to refuse the jar.
 */
final class ExitGuard {
    private static final byte[] EXIT = "exit".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HALT = "halt".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SYSTEM = "java/lang/System".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RUNTIME = "java/lang/Runtime".getBytes(StandardCharsets.US_ASCII);
    private static final Set<String> OWNERS = Set.of("java/lang/System", "java/lang/Runtime");
    private static final Set<String> NAMES = Set.of("exit", "halt");
    private static final MethodTypeDesc STATUS = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
    private static final MethodTypeDesc RUNTIME_STATUS =
            MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of("java.lang.Runtime"), ConstantDescs.CD_int);
    private static final ClassDesc INSTEAD = ClassDesc.of("dev.carrel.plugin.PluginExit");

    private ExitGuard() {}

    /** Whether a class may hold such a call: a quick look that may say yes too often. */
    static boolean concerns(byte[] code) {
        return has(code, EXIT) && (has(code, SYSTEM) || has(code, RUNTIME)) || has(code, HALT) && has(code, RUNTIME);
    }

    private static boolean has(byte[] code, byte[] word) {
        outer:
        for (int i = 0; i <= code.length - word.length; i++) {
            for (int j = 0; j < word.length; j++) {
                if (code[i + j] != word[j]) {
                    continue outer;
                }
            }
            return true;
        }
        return false;
    }

    /** The class with the calls rewritten. */
    static byte[] tame(byte[] code) {
        ClassModel model = ClassFile.of().parse(code);
        CodeTransform calls = (builder, element) -> {
            if (element instanceof InvokeInstruction call && ends(call)) {
                boolean onRuntime = call.owner().asInternalName().equals("java/lang/Runtime");
                builder.invokestatic(INSTEAD, "asked", onRuntime ? RUNTIME_STATUS : STATUS);
            } else {
                builder.with(element);
            }
        };
        return ClassFile.of().transformClass(model, ClassTransform.transformingMethodBodies(calls));
    }

    private static boolean ends(InvokeInstruction call) {
        return OWNERS.contains(call.owner().asInternalName())
                && NAMES.contains(call.name().stringValue())
                && call.type().stringValue().equals("(I)V");
    }
}
