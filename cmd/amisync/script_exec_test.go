package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code, err = exit.ExitCode(), nil
	}
	ts.Check(err)
	checkCode(ts, args[0], code)
}

func checkCode(ts *testscript.TestScript, want string, code int) {
	if want != strconv.Itoa(code) {
		ts.Fatalf("the exit code is %d, not %s", code, want)
	}
}

func queryJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: json FILE PATH [VALUE]")
	}
	var value any
	if err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &value); err != nil {
		ts.Fatalf("%s is not one JSON document: %v", args[0], err)
	}
	for _, step := range strings.Split(args[1], ".") {
		value = child(ts, value, step)
	}
	found := fmt.Sprint(value)
	if _, scalar := value.(string); !scalar {
		text, err := json.Marshal(value)
		ts.Check(err)
		found = string(text)
	}
	if len(args) == 2 {
		fmt.Fprintln(ts.Stdout(), found)
	} else if found != args[2] {
		ts.Fatalf("%s of %s is %s, not %s", args[1], args[0], found, args[2])
	}
}

func child(ts *testscript.TestScript, value any, step string) any {
	switch value := value.(type) {
	case map[string]any:
		return value[step]
	case []any:
		if i, err := strconv.Atoi(step); err == nil && i < len(value) {
			return value[i]
		}
		if step == "#" {
			return float64(len(value))
		}
	}
	ts.Fatalf("there is no %q in %v", step, value)
	return nil
}

func replace(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 3, "replace FILE OLD NEW")
	text, old := ts.ReadFile(args[0]), regexp.MustCompile(args[1])
	if !old.MatchString(text) {
		ts.Fatalf("%s holds nothing that matches %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(old.ReplaceAllString(text, args[2])), 0o644))
}

func paste(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 3, "paste FILE WORD JSON")
	var line bytes.Buffer
	ts.Check(json.Compact(&line, []byte(ts.ReadFile(args[2]))))
	replace(ts, neg, []string{args[0], regexp.QuoteMeta(args[1]), strings.ReplaceAll(line.String(), "$", "$$")})
}

// seal gives a plan file that was altered the checksum of what it holds now.
func seal(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "seal FILE")
	var plan map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &plan))
	delete(plan, "checksum")
	text, err := json.Marshal(plan)
	ts.Check(err)
	plan["checksum"] = fmt.Sprintf("sha256:%x", sha256.Sum256(text))
	text, err = json.Marshal(plan)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o644))
}

// appears waits for what a background command writes.
func appears(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 2, "appears FILE TEXT")
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		text, _ := os.ReadFile(ts.MkAbs(args[0])) // it may not be there yet
		switch {
		case strings.Contains(string(text), args[1]):
			return
		case time.Now().After(deadline):
			ts.Fatalf("%s does not hold %q: %s", args[0], args[1], text)
		}
	}
}
