module github.com/latchkey-go/latchkey/examples

go 1.25.0

require (
	github.com/gofrs/flock v0.13.1
	github.com/latchkey-go/latchkey v0.0.0
	github.com/rogpeppe/go-internal v1.16.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/crypto v0.55.0
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	golang.org/x/tools v0.48.0 // indirect
)

replace github.com/latchkey-go/latchkey => ..
