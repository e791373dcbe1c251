package server

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
)

const pageStyle = `body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}` +
	`textarea{width:100%;font-family:monospace}label,button{display:block;margin:1rem 0 .25rem}`

// page is the vendor's upload page for machines without a network. It holds
// nothing that anybody has sent.
const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Activation without a network</title>
<style>` + pageStyle + `</style>
</head>
<body>
<h1>Activation without a network</h1>
<p>On the computer without a network, have the product write a request file. Upload it here, take the reply file
back, and import it there.</p>
<form method="post" enctype="multipart/form-data" action="` + Path + `">
<label for="file">Request file</label>
<input id="file" name="request" type="file">
<label for="text">or its text</label>
<textarea id="text" name="request" rows="12" spellcheck="false"></textarea>
<button type="submit">Get the reply</button>
</form>
</body>
</html>
`

// pagePolicy lets the page load nothing, run nothing and send nowhere else.
var pagePolicy = func() string {
	style := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(style[:]) +
		"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}()

func servePage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = io.WriteString(w, page)
}
