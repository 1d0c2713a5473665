package schema

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/amisync/amisync/internal/strictyaml"
)

// inside returns where in a file each character of a scalar's value stands, and
// then where it ends. At is where the scalar begins. Value and file are compared
// character by character, white space aside, which is where the styles of YAML
// differ; nil where they do not agree, or the value is very long.
func inside(data []byte, at strictyaml.Position, value string) []strictyaml.Position {
	const longest = 64 << 10 // bytes
	if len(value) > longest {
		return nil
	}
	s := newScalar(data, at)
	var places []strictyaml.Position
	for _, r := range value {
		if unicode.IsSpace(r) {
			places = append(places, s.at)
			continue
		}
		s.skipSpace()
		places = append(places, s.at)
		if !s.read(r) {
			return nil
		}
	}
	return append(places, s.at)
}

// offset is the number of characters before a line and column of a text, or all
// of them where there is no such place.
func offset(text string, line, column int) int {
	n, here := 0, strictyaml.Position{Line: 1, Column: 1}
	for _, r := range text {
		if here.Line == line && here.Column == column {
			return n
		}
		n++
		if here.Column++; r == '\n' {
			here.Line, here.Column = here.Line+1, 1
		}
	}
	return n
}

// scalar reads a YAML scalar as it is written.
type scalar struct {
	rest  []byte // of the file
	at    strictyaml.Position
	quote byte // ' or ", or 0
}

func newScalar(data []byte, at strictyaml.Position) *scalar {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for range at.Line - 1 {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	s := &scalar{rest: data, at: strictyaml.Position{File: at.File, Line: at.Line, Column: 1}}
	s.skip(at.Column - 1)
	switch s.peek(0) {
	case '\'', '"':
		s.quote = s.peek(0)
		s.skip(1)
	case '|', '>': // what follows on this line is no part of the value
		s.rest = s.rest[max(bytes.IndexByte(s.rest, '\n'), 0):]
	}
	return s
}

// peek returns the byte n places ahead, or 0 where there is none.
func (s *scalar) peek(n int) byte {
	if n >= len(s.rest) {
		return 0
	}
	return s.rest[n]
}

// skip passes n characters.
func (s *scalar) skip(n int) {
	for ; n > 0 && len(s.rest) > 0; n-- {
		r, size := utf8.DecodeRune(s.rest)
		if s.at.Column++; r == '\n' {
			s.at.Line, s.at.Column = s.at.Line+1, 1
		}
		s.rest = s.rest[size:]
	}
}

// skipSpace passes white space, also where it is escaped.
func (s *scalar) skipSpace() {
	for len(s.rest) > 0 {
		length, space := s.escape()
		if r, _ := utf8.DecodeRune(s.rest); length == 0 && unicode.IsSpace(r) {
			length, space = 1, true
		}
		if !space {
			return
		}
		s.skip(length)
	}
}

// read passes one visible character, and reports whether it is r. Which
// character an escape stands for makes no difference to places.
func (s *scalar) read(r rune) bool {
	if length, _ := s.escape(); length > 0 {
		s.skip(length)
		return true
	}
	if next, _ := utf8.DecodeRune(s.rest); next != r {
		return false
	}
	if r == '\'' && s.quote == '\'' {
		s.skip(1)
	}
	s.skip(1)
	return true
}

// escape returns the length of the escape that is next, 0 where there is none,
// and whether it stands for white space.
func (s *scalar) escape() (length int, space bool) {
	if s.quote != '"' || s.peek(0) != '\\' {
		return 0, false
	}
	digits, hexadecimal := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s.peek(1)]
	if !hexadecimal {
		return 2, strings.IndexByte("ntrv f_NLP\t\r\n", s.peek(1)) >= 0
	}
	length = min(2+digits, len(s.rest))
	code, err := strconv.ParseInt(string(s.rest[2:length]), 16, 32)
	return length, err == nil && unicode.IsSpace(rune(code))
}
