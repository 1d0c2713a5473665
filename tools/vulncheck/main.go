// Command vulncheck looks for known vulnerabilities in what is linked into a
// program, with govulncheck. Where the database of vulnerabilities cannot be
// reached it says so: that is neither a pass nor a finding.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/vuln/scan"
)

// errUnreachable means that nothing was checked.
var errUnreachable = errors.New("the vulnerability database cannot be reached")

// errFound means that a vulnerability is linked in.
var errFound = errors.New("the program has known vulnerabilities")

func main() {
	database := flag.String("db", "https://vuln.go.dev", "the `URL` of the database")
	may := flag.Bool("may-be-unreachable", false, "go on where the database cannot be reached")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: vulncheck [flags] PROGRAM")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	err := check(context.Background(), *database, flag.Arg(0), os.Stdout)
	if err != nil && !excused(err, *may) {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	if err != nil {
		fmt.Printf("\n!!! NOT CHECKED for vulnerabilities: %v\n!!! CI on GitHub checks it; so does `make vulncheck` where the database can be reached.\n\n", err)
	}
}

// excused reports whether an error is only that nothing could be checked, where
// that may be. What was found is never excused.
func excused(err error, mayBeUnreachable bool) bool {
	return mayBeUnreachable && errors.Is(err, errUnreachable)
}

// check writes what is found to out.
func check(ctx context.Context, database, program string, out io.Writer) error {
	if err := reach(ctx, database); err != nil {
		return fmt.Errorf("%w: %w", errUnreachable, err)
	}
	command := scan.Command(ctx, "-mode=binary", "-db="+database, program)
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		return err
	}
	err := command.Wait()
	const found = 3 // govulncheck's exit code; others are failures
	if exit, ok := err.(interface{ ExitCode() int }); ok && exit.ExitCode() == found {
		return errFound
	}
	return err
}

// reach asks the database for its index, which says that it is one: an answer
// of something in between, such as a proxy's refusal, does not count.
func reach(ctx context.Context, database string) error {
	if directory, local := strings.CutPrefix(database, "file://"); local {
		_, err := os.Stat(directory + "/index/db.json")
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, database+"/index/db.json", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", response.Status)
	}
	return nil
}
