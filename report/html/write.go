package html

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"sync"
)

var (
	//go:embed page.html
	markup string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// page is parsed by the first run that writes one; others do not wait for it.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"prose": prose, "parts": parts, "lists": lists}).Parse(markup))
})

// Write writes the page as a file of its own, by one call to w.
func Write(w io.Writer, p Page) error {
	var buffer bytes.Buffer
	err := page().Execute(&buffer, struct {
		Page
		Policy string
		Style  template.CSS
		Script template.JS
	}{p, policy(), template.CSS(style), template.JS(script)})
	if err != nil {
		return err
	}
	_, err = w.Write(buffer.Bytes())
	return err
}

// policy is the page's Content Security Policy. The script and the style sheet are
// named by what they are, so nothing that gets into the page besides them would do
// anything.
// Source: https://www.w3.org/TR/CSP3/#grammardef-hash-source
func policy() string {
	return "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) + "; img-src data:; base-uri 'none'; form-action 'none'"
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// piece is a part of a sentence.
type piece struct {
	Text string
	Code bool // to be typed as it is
}

// prose takes a sentence apart at its backticks. One without another is left as
// it is.
func prose(text string) []piece {
	parts := strings.Split(text, "`")
	if len(parts)%2 == 0 {
		last := len(parts) - 1
		parts = append(parts[:last-1], parts[last-1]+"`"+parts[last])
	}
	var pieces []piece
	for i, part := range parts {
		switch code := i%2 == 1; {
		case part != "":
			pieces = append(pieces, piece{part, code})
		case code: // two in a row set nothing apart
			pieces = append(pieces, piece{"``", false})
		}
	}
	return pieces
}
