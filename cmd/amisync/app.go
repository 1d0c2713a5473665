package main

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// streams is what a run talks to. Data goes to out, everything else to err.
type streams struct {
	in            io.Reader
	out, err      io.Writer
	inTerminal    bool // a person can be asked
	outTerminal   bool
	errTerminal   bool
	width         int // columns of out's terminal, 0 where it is none
	errWidth      int // the same of err
	env           func(name string) (string, bool)
	interruptible bool // signals of the process are the run's
}

func processStreams() streams {
	s := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, interruptible: true}
	s.inTerminal = term.IsTerminal(int(os.Stdin.Fd()))
	s.outTerminal = term.IsTerminal(int(os.Stdout.Fd()))
	s.errTerminal = term.IsTerminal(int(os.Stderr.Fd()))
	s.width, s.errWidth = columns(os.Stdout), columns(os.Stderr)
	return s
}

func columns(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// runMain carries out one command line and returns its exit code.
func runMain(args []string, s streams) int {
	if len(args) == 2 && (args[1] == "--version" || args[1] == "-v") {
		args = []string{args[0], "version"}
	}
	if len(args) == 2 && args[1] == "version" {
		s.interruptible = false // to watch for interruptions takes longer than it does
	}
	signals := watchSignals(s)
	defer signals.end()
	tool := &tool{streams: s, signals: signals, now: time.Now}
	app := newApp(tool)
	err := app.RunContext(signals.context, permute(app, args))
	if code := signals.exitCode(); code != 0 {
		if err == nil {
			err = errors.New("interrupted, but everything was done")
		}
		printError(s.err, err, s.errWidth)
		return code
	}
	printError(s.err, err, s.errWidth)
	return exitCode(err)
}

// tool is what every command works with.
type tool struct {
	streams
	signals *signals
	now     func() time.Time
}

func newApp(t *tool) *cli.App {
	app := &cli.App{
		Name:      "amisync",
		Usage:     "share machine images as a repository of manifests says",
		UsageText: "amisync COMMAND [options]",
		Description: "Start with `amisync init`, then `amisync plan`, then `amisync apply`.\n" +
			"Exit codes: 0 done or in sync · 1 error, or not everything could be read · 2 changes or drift ·\n" +
			"4 a guard refused · 5 the plan is stale · 6 applied in part · 64 wrong usage · 130/143 interrupted.",
		Writer: t.out, ErrWriter: t.err,
		Compiled:                  t.now(), // shown nowhere; the library would look for its own file
		HideVersion:               true,
		HideHelpCommand:           true, // helpCommand takes its place, and with it the flag goes
		Flags:                     []cli.Flag{cli.HelpFlag},
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              onUsageError,
		Action:                    unknownCommand,
		Commands: []*cli.Command{
			initCommand(t), validateCommand(t), formatCommand(t), schemaCommand(t), planCommand(t), showCommand(t), applyCommand(t),
			driftCommand(t), diffCommand(t), importCommand(t), explainCommand(t), doctorCommand(t), commentCommand(t), issueCommand(t), iamPolicyCommand(t), simulateCommand(t), versionCommand(t), helpCommand(),
		},
	}
	for _, command := range app.Commands {
		strict(command)
	}
	return app
}
