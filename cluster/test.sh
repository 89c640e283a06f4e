#!/usr/bin/env bash
# Builds everything and runs every test. Installs what is missing. Can be run again, from any folder.
# Arguments go to `swift test`: cluster/test.sh --filter ConformalTests
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up
# In release, as users run it, since the models take part in the tests. In a build folder of their own: code that is
# built for tests has other flags, and sharing a folder would build everything anew at each change of use.
swift test --package-path "$ROOT" --scratch-path "$ROOT/.build-tests" -c release "$@"
