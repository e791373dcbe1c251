#!/usr/bin/env bash
# Two modules in one Go workspace: program requires library v0.9.0, which is not
# released yet, and go.work uses both. "go build" takes the library from its folder.
# As soon as the library imports one package of a third module, the same build fails,
# since the go command fetches the go.mod of library v0.9.0, which nobody has. A
# "replace" in go.work for exactly that version mends it; a "replace" for all versions,
# as a go.mod would have it, is refused. So a repository with two modules that builds
# today breaks on the first import of something else, or with the next version
# number, until a tag is pushed.
#
# Seen with Go 1.26.8 and golang.org/x/text v0.41.0:
#
#	nothing imported:  builds
#	x/text imported:   example.com/library@v0.9.0: …
#	replace v0.9.0:    builds
#	replace all:       go: workspace module example.com/library is replaced at all versions in the go.work file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset GOWORK
export GOFLAGS= GO111MODULE= GOMODCACHE=$(go env GOMODCACHE) GOCACHE=$(go env GOCACHE)
go version

mkdir program library
printf 'go 1.25.0\n\nuse (\n\t./program\n\t./library\n)\n' >go.work
printf 'module example.com/program\n\ngo 1.25.0\n\nrequire example.com/library v0.9.0\n' >program/go.mod
printf 'package main\n\nimport "example.com/library"\n\nfunc main() { println(library.Text()) }\n' >program/main.go
printf 'module example.com/library\n\ngo 1.25.0\n' >library/go.mod
printf 'package library\n\nfunc Text() string { return "text" }\n' >library/library.go

build() { go -C program build -o "$work/built" . >"$work/output" 2>&1; }
fail() { echo "CHANGED: $1"; cat output; exit 1; }

build || fail "a library without imports does not build"
echo "nothing imported:  builds"

printf 'package library\n\nimport "golang.org/x/text/unicode/norm"\n\nfunc Text() string { return norm.NFC.String("text") }\n' >library/library.go
(cd library && GOWORK=off go get golang.org/x/text@v0.41.0 >/dev/null 2>&1)
cat library/go.mod | grep -q 'golang.org/x/text v0.41.0' || fail "the library does not require x/text"
if build; then fail "it builds with an import"; fi
grep -q 'example.com/library@v0.9.0' output || fail "another error"
echo "x/text imported:   $(grep -o 'example.com/library@v0.9.0: .*' output | head -1)"

cp go.work plain.work
printf '\nreplace example.com/library v0.9.0 => ./library\n' >>go.work
build || fail "it does not build with the version replaced"
echo "replace v0.9.0:    builds"

cp plain.work go.work
printf '\nreplace example.com/library => ./library\n' >>go.work
if build; then fail "it builds with all versions replaced"; fi
grep -q 'is replaced at all versions in the go.work file' output || fail "another error"
echo "replace all:       $(grep -o 'workspace module.*in the go.work file' output)"
