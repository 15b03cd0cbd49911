# shellcheck shell=bash
# Finds the JDK that Carrel runs on; sourced by mvnw, carrel and the installed bin/carrel (which carries a copy in libexec/).
#
# find_jdk sets JAVA_HOME to a JDK of at least CARREL_JDK_FLOOR and exports it: the one of the environment when it is new enough, else the
# newest in the usual folders. When there is none it says on standard error what to install and returns 1.

CARREL_JDK_FLOOR=25

# Prints the feature version of the JDK in a folder; fails when there is none. Reads the `release` file: starting a JVM takes longer.
jdk_version() {
  local line
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
  while IFS= read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"?([0-9]+) ]]; then
      printf '%s\n' "${BASH_REMATCH[1]}"
      return 0
    fi
  done <"$1/release"
  return 1
}

find_jdk() {
  local folder version best='' best_version=0 passed_over=''
  if [[ -n ${JAVA_HOME:-} ]] && version=$(jdk_version "$JAVA_HOME") && ((version >= CARREL_JDK_FLOOR)); then
    export JAVA_HOME
    return 0
  fi
  for folder in /usr/lib/jvm/* /opt/* "${SDKMAN_DIR:-${HOME:-/root}/.sdkman}"/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/root}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    version=$(jdk_version "$folder") || continue
    if ((version > best_version)); then
      best=$folder best_version=$version
    fi
    passed_over+="${passed_over:+, }$folder ($version)"
  done
  if ((best_version >= CARREL_JDK_FLOOR)); then
    export JAVA_HOME=$best
    return 0
  fi
  {
    echo "Carrel needs a JDK of version $CARREL_JDK_FLOOR or newer and found none."
    echo "  looked in: JAVA_HOME (${JAVA_HOME:-not set}), /usr/lib/jvm, /opt, ~/.sdkman${passed_over:+; found only: $passed_over}"
    echo "  to do: install Eclipse Temurin $CARREL_JDK_FLOOR (package temurin-$CARREL_JDK_FLOOR-jdk) or unpack any JDK $CARREL_JDK_FLOOR under /opt, or set JAVA_HOME to one."
  } >&2
  return 1
}
