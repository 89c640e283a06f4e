#!/usr/bin/env bash
# Builds everything and runs every test. Installs what is missing. Can be run again, from any folder.
# Arguments go to `swift test`: cluster/test.sh --filter ConformalTests
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up
# In release, as users run it: the kernels and the models take part in the tests.
swift test --package-path "$ROOT" -c release "$@"
