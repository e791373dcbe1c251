#!/usr/bin/env bash
# In a program built by garble, the member names of json.Marshal(v) depend on how v
# came about. If v is a composite literal, they are the names in the source. If v is
# what a function returned, they are random, without an error at build time or at run
# time. So JSON that is correct under "go build" and in every test is another one in
# the obfuscated program. The release notes of garble v0.14.0 say that the types used
# with reflection are collected during the entire build, and that hints for it are no
# longer needed. Fields with a JSON tag keep their names.
#
# Seen with mvdan.cc/garble v0.17.0 and Go 1.26.8 (the random names differ):
#
#	literal:  {"NameA":"Ada","CountA":1}
#	returned: {"EWbRm0pQ":"Ada","KNJ8x6Kqk":1}
#	tagged:   {"name":"Ada"}
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=
GOBIN=$work go install mvdan.cc/garble@v0.17.0
./garble version | head -1
go version

mkdir account
cat >go.mod <<'FILE'
module example.com/program

go 1.25.0
FILE
cat >account/account.go <<'FILE'
package account

type A struct {
	NameA  string
	CountA int
}

type B struct {
	NameB  string
	CountB int
}

type Tagged struct {
	NameT string `json:"name"`
}

func GetB() B           { return B{"Ada", 1} }
func GetTagged() Tagged { return Tagged{"Ada"} }
FILE
cat >main.go <<'FILE'
package main

import (
	"encoding/json"
	"fmt"

	"example.com/program/account"
)

func main() {
	literal, _ := json.Marshal(account.A{NameA: "Ada", CountA: 1})
	returned, _ := json.Marshal(account.GetB())
	tagged, _ := json.Marshal(account.GetTagged())
	fmt.Printf("literal:  %s\nreturned: %s\ntagged:   %s\n", literal, returned, tagged)
}
FILE
go build -o plain .
./garble build -o garbled .
echo "go build:" && ./plain | tee plain.txt
echo "garble build:" && ./garbled | tee garbled.txt

has() { grep -qxF "$2" "$1"; }
literal='literal:  {"NameA":"Ada","CountA":1}'
returned='returned: {"NameB":"Ada","CountB":1}'
tagged='tagged:   {"name":"Ada"}'
has plain.txt "$literal" && has plain.txt "$returned" && has plain.txt "$tagged" || { echo "CHANGED: go build"; exit 1; }
has garbled.txt "$literal" || { echo "CHANGED: a literal loses its names"; exit 1; }
grep -q '^returned: {"[^"]*":"Ada","[^"]*":1}$' garbled.txt || { echo "CHANGED: it is no JSON of two members"; exit 1; }
if has garbled.txt "$returned"; then echo "CHANGED: a returned struct keeps its names"; exit 1; fi
has garbled.txt "$tagged" || { echo "CHANGED: a tagged field loses its name"; exit 1; }
