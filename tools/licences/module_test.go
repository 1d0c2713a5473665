package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const isc = `Copyright (c) 2026, Somebody

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN
CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`

// unlicense is a real licence that is not on the list.
const unlicense = `This is free and unencumbered software released into the public domain.

Anyone is free to copy, modify, publish, use, compile, sell, or distribute this software, either in source code form or as a compiled binary, for any
purpose, commercial or non-commercial, and by any means.

In jurisdictions that recognize copyright laws, the author or authors of this software dedicate any and all copyright interest in the software to the
public domain. We make this dedication for the benefit of the public at large and to the detriment of our heirs and successors. We intend this
dedication to be an overt act of relinquishment in perpetuity of all present and future rights to this software under copyright law.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN
ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

For more information, please refer to <http://unlicense.org/>
`

// covered is a module with these files, as its package in the directory p sees it.
func covered(t *testing.T, files map[string]string) module {
	t.Helper()
	top := t.TempDir()
	if err := os.Mkdir(filepath.Join(top, "p"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(top, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m := module{path: "example.com/m", version: "v1.0.0"}
	if err := m.add(filepath.Join(top, "p"), top); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOnlyKnownAndAllowedLicencesPass(t *testing.T) {
	for _, c := range []struct {
		name    string
		files   map[string]string
		names   []string
		problem string // a part of it; empty: none
	}{
		{"an allowed one", map[string]string{"LICENSE": isc}, []string{"ISC"}, ""},
		{"under another name", map[string]string{"licence.md": isc}, []string{"ISC"}, ""},
		{"beside a notice", map[string]string{"COPYING": isc, "NOTICE": "Made by Somebody"}, []string{"ISC"}, ""},
		{"of the package alone", map[string]string{"p/LICENSE.txt": isc}, []string{"ISC"}, ""},
		{"one that is not allowed", map[string]string{"LICENSE": unlicense}, []string{"Unlicense"}, "Unlicense is not an allowed licence"},
		{"one that is not allowed, of the package alone", map[string]string{"LICENSE": isc, "p/LICENSE": unlicense}, []string{"ISC", "Unlicense"}, "Unlicense is not"},
		{"none", map[string]string{"README": isc, "licence.go": "package m"}, nil, "it has no licence file"},
		{"an unknown one", map[string]string{"LICENSE": "Ask the author."}, nil, "the text of a known licence"},
		{"an allowed one with conditions", map[string]string{"LICENSE": isc + strings.Repeat("Not for use on Sundays, by anybody, for whatever reason there may be.\n", 20)}, []string{"ISC"}, "the text of a known licence"},
	} {
		t.Run(c.name, func(t *testing.T) {
			names, problems := covered(t, c.files).check()
			if !slices.Equal(names, c.names) {
				t.Errorf("it has %v, want %v", names, c.names)
			}
			if got := strings.Join(problems, "\n"); c.problem == "" && got != "" || !strings.Contains(got, c.problem) {
				t.Errorf("the problems are %q, want %q", got, c.problem)
			}
		})
	}
}

func TestWhatIsLinkedIsListedWithItsTexts(t *testing.T) {
	modules, err := linked(t.Context(), ".", ".")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, m := range modules {
		paths = append(paths, m.path)
	}
	if want := []string{"std", "github.com/google/licensecheck"}; !slices.Equal(paths, want) {
		t.Fatalf("linked are %v, want %v", paths, want)
	}
	file := filepath.Join(t.TempDir(), "dist", "texts")
	if err := writeTexts(file, modules); err != nil {
		t.Fatal(err)
	}
	texts, err := os.ReadFile(file)
	if err != nil || strings.Count(string(texts), "Redistributions in binary form") < 2 {
		t.Errorf("the texts are %s, %v", texts, err)
	}
}
