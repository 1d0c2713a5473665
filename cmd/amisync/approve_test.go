package main

import (
	"context"
	"io"
	"strings"
	"testing"
)

func TestReadLineTakesOneWholeLine(t *testing.T) {
	for input, want := range map[string]string{
		"yes\n": "yes", "yes\r\n": "yes", "yes": "yes", "yes please\n": "yes please", " yes\n": " yes", "no\nyes\n": "no", "\n": "", "": "",
	} {
		got, err := readLine(t.Context(), strings.NewReader(input))
		if got != want || err != nil {
			t.Errorf("readLine of %q is %q (%v), want %q", input, got, err, want)
		}
	}
}

func TestReadLineEndsWithTheContext(t *testing.T) {
	silent, never := io.Pipe()
	defer never.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	if line, err := readLine(ctx, silent); err == nil {
		t.Errorf("readLine answers %q although nobody did", line)
	}
}
