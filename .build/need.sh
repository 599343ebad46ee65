# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Finds what a build or a test needs, and installs it where that is possible (root and apt-get).
# Sourced by ./longwire, ./verify and the suites in .verify; everything it says goes to stderr.

longwire_say() { printf 'longwire: %s\n' "$*" >&2; }

longwire_apt_updated=
longwire_apt_candidate() {
  local candidate
  candidate=$(apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ {print $2}')
  [ -n "$candidate" ] && [ "$candidate" != "(none)" ]
}

# longwire_apt PACKAGE...: installs the first of them that exists.
longwire_apt() {
  command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || return 1
  local package
  for _ in 1 2; do
    for package in "$@"; do
      longwire_apt_candidate "$package" || continue
      longwire_say "installing $package"
      DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq -y \
        install --no-install-recommends "$package" </dev/null >/dev/null 2>&1 && return 0
    done
    # Lists may be absent or stale on a new machine: fetch them once, then look again.
    [ -z "$longwire_apt_updated" ] || return 1
    longwire_apt_updated=yes
    apt-get -o DPkg::Lock::Timeout=300 -qq update </dev/null >/dev/null 2>&1
  done
  return 1
}

# longwire_need COMMAND [PACKAGE...]: the command is there afterwards, or this fails and says so.
longwire_need() {
  local wanted=$1
  shift
  command -v "$wanted" >/dev/null 2>&1 && return 0
  longwire_apt "${@:-$wanted}"
  hash -r
  command -v "$wanted" >/dev/null 2>&1 && return 0
  longwire_say "'$wanted' is needed and could not be installed; please install it"
  return 1
}

longwire_need_node() {
  longwire_need node nodejs && longwire_need npm || return 1
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] && return 0
  longwire_say "Node 20 or newer is needed, this one is $(node --version)"
  return 1
}

# Prints the major version of the JDK in $1; nothing when there is no compiler in it.
longwire_jdk_major() {
  [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 0
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
  [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
  printf '%s' "$version"
}

# Prints the home of the JDK to use: JAVA_HOME's when it is new enough, else the newest one found.
longwire_newest_jdk() {
  local home major best='' best_major=20 on_path
  major=$(longwire_jdk_major "${JAVA_HOME:-/nonexistent}")
  if [ -n "$major" ] && [ "$major" -gt 20 ]; then
    printf '%s' "$JAVA_HOME"
    return 0
  fi
  on_path=$(command -v javac 2>/dev/null)
  [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")")")
  for home in "$on_path" /usr/lib/jvm/* /opt/* /opt/*/* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    major=$(longwire_jdk_major "$home")
    if [ -n "$major" ] && [ "$major" -gt "$best_major" ]; then
      best=$home
      best_major=$major
    fi
  done
  [ -n "$best" ] && printf '%s' "$best"
}

# Exports JAVA_HOME and LONGWIRE_JAVA_MAJOR.
longwire_need_jdk() {
  local home
  home=$(longwire_newest_jdk)
  if [ -z "$home" ]; then
    longwire_apt openjdk-25-jdk-headless temurin-25-jdk openjdk-21-jdk-headless temurin-21-jdk
    home=$(longwire_newest_jdk)
  fi
  if [ -z "$home" ]; then
    longwire_say "a JDK 21 or newer is needed and none was found; install one or set JAVA_HOME"
    return 1
  fi
  export JAVA_HOME=$home
  LONGWIRE_JAVA_MAJOR=$(longwire_jdk_major "$home")
  export LONGWIRE_JAVA_MAJOR
}

# Maven, quiet about itself, patient with the network. Stands on JAVA_HOME.
longwire_maven() {
  longwire_need mvn maven || return 1
  local unsafe=
  # Maven's own libraries call sun.misc.Unsafe, which JDK 24 and newer complain about at length.
  [ "${LONGWIRE_JAVA_MAJOR:-0}" -ge 24 ] && unsafe='--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED'
  # Older Mavens end with colour codes whatever they are told: taken out here.
  MAVEN_OPTS="$unsafe ${MAVEN_OPTS:-}" mvn -B -Dstyle.color=never -Dmaven.wagon.http.retryHandler.count=5 "$@" \
    </dev/null 2>&1 | sed $'s/\033\\[[0-9;]*m//g'
  return "${PIPESTATUS[0]}"
}

# The modules of the parent pom, one a line.
longwire_modules() { sed -n 's:.*<module>\(.*\)</module>.*:\1:p' pom.xml; }
