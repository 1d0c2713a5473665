package strictyaml

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
)

var yamlError = lazy.Regexp(`^yaml: (?:line ([0-9]+): )?(.*)$`)

// syntaxProblem turns the parser's error into a problem. The parser often names
// the line where the construct around the mistake begins, so the line is looked
// for.
func syntaxProblem(file string, data []byte, err error) Problem {
	at := Position{File: file, Line: 1}
	message := err.Error()
	if m := yamlError().FindStringSubmatch(message); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			at.Line = line
		}
		message = m[2]
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	if line := brokenLine(data, lines); line > 0 {
		at.Line = line
	}
	text := ""
	if at.Line <= len(lines) {
		text = strings.TrimRight(string(lines[at.Line-1]), "\r\n")
	}
	return at.Problem("not YAML: "+message, syntaxHint(text))
}

// brokenLine returns the line after the longest beginning of the file that is
// valid by itself, or 0 where it is not near the place at which the parser
// gave up, or the file is so large that reading it again and again takes long.
func brokenLine(data []byte, lines [][]byte) int {
	const (
		near  = 30
		large = 256 << 10
	)
	if len(data) > large {
		return 0
	}
	reader := &lineReader{lines: lines}
	if _, err := splitFrom(reader); err == nil {
		return 0
	}
	for n := reader.read - 1; n >= 0 && n > reader.read-near; n-- {
		if _, err := split(bytes.Join(lines[:n], nil)); err == nil {
			return n + 1
		}
	}
	return 0
}

// lineReader hands out one line a read, so that it tells how far a parser came.
type lineReader struct {
	lines [][]byte
	read  int // lines begun
	rest  []byte
}

// Read implements io.Reader.
func (r *lineReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.read == len(r.lines) {
			return 0, io.EOF
		}
		r.rest = r.lines[r.read]
		r.read++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func syntaxHint(line string) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	_, value, _ := strings.Cut(line, ": ")
	switch {
	case strings.Contains(indent, "\t"):
		return "indent with spaces, not with tabs"
	case strings.Contains(line, ": *"), strings.HasPrefix(strings.TrimSpace(line), "- *"):
		return "quote a text that begins with *"
	case strings.Contains(value, ": "):
		return "quote a text that holds a colon and a space"
	}
	return "look at this line's indentation, quotes and brackets, and at the line before it"
}
