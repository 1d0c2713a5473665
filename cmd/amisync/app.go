package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/amisync/amisync/internal/strictyaml"
)

// streams is what a run talks to. Data goes to out, everything else to err.
type streams struct {
	in            io.Reader
	out, err      io.Writer
	inTerminal    bool // a person can be asked
	outTerminal   bool
	errTerminal   bool
	width         int // columns of the terminal, 0 where there is none
	env           func(name string) (string, bool)
	interruptible bool // signals of the process are the run's
}

func processStreams() streams {
	s := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, interruptible: true}
	s.inTerminal = term.IsTerminal(int(os.Stdin.Fd()))
	s.outTerminal = term.IsTerminal(int(os.Stdout.Fd()))
	s.errTerminal = term.IsTerminal(int(os.Stderr.Fd()))
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		s.width = width
	}
	return s
}

// runMain carries out one command line and returns its exit code.
func runMain(args []string, s streams) int {
	signals := watchSignals(s)
	defer signals.end()
	tool := &tool{streams: s, signals: signals, now: time.Now}
	app := newApp(tool)
	err := app.RunContext(signals.context, permute(app, args))
	if code := signals.exitCode(); code != 0 {
		if err == nil {
			err = errInterrupted
		}
		printError(s.err, err)
		return code
	}
	printError(s.err, err)
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
		Description: "Start with `amisync validate`, then `amisync plan`, then `amisync apply`.\n" +
			"Exit codes: 0 done or in sync · 1 error, or not everything could be read · 2 changes or drift ·\n" +
			"4 a guard refused · 5 the plan is stale · 6 applied in part · 64 wrong usage · 130/143 interrupted.",
		Writer: t.out, ErrWriter: t.err,
		HideVersion:               true,
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              onUsageError,
		Action:                    unknownCommand,
		Commands: []*cli.Command{
			validateCommand(t), formatCommand(t), schemaCommand(t), planCommand(t), showCommand(t), applyCommand(t),
			driftCommand(t), importCommand(t), simulateCommand(t), versionCommand(t),
		},
	}
	for _, command := range app.Commands {
		strict(command)
	}
	return app
}

// strict makes wrong usage of a command an error like every other: said on
// standard error, with its own exit code.
func strict(command *cli.Command) {
	command.OnUsageError = onUsageError
	command.HideHelpCommand = true
	if len(command.Subcommands) > 0 && command.Action == nil {
		command.Action = unknownCommand
	}
	for _, sub := range command.Subcommands {
		strict(sub)
	}
}

func onUsageError(c *cli.Context, err error, _ bool) error {
	return &usageError{message: err.Error(), command: c.Command}
}

// unknownCommand runs where no command of the name given exists.
func unknownCommand(c *cli.Context) error {
	if !c.Args().Present() {
		return cli.ShowSubcommandHelp(c)
	}
	name := c.Args().First()
	var names []string
	for _, command := range c.App.Commands {
		names = append(names, command.Names()...)
	}
	if c.Command != nil && len(c.Command.Subcommands) > 0 {
		names = nil
		for _, command := range c.Command.Subcommands {
			names = append(names, command.Names()...)
		}
	}
	slices.Sort(names)
	hint := "the commands are " + strings.Join(names, ", ")
	if closest := strictyaml.Closest(name, names); closest != "" {
		hint = fmt.Sprintf("did you mean %q?", closest)
	}
	return &usageError{message: fmt.Sprintf("unknown command %q", name), hint: hint}
}

// permute moves flags that stand behind arguments in front of them, where the
// flag package, which stops at the first argument, would drop them. What stands
// behind "--" stays as it is, and so does the command line that `simulate` runs.
func permute(app *cli.App, args []string) []string {
	command, depth := commandOf(app, args)
	if command == nil || command.Name == "simulate" {
		return args
	}
	takesValue := map[string]bool{}
	for _, flag := range command.Flags {
		documented, ok := flag.(cli.DocGenerationFlag)
		for _, name := range flag.Names() {
			takesValue[name] = ok && documented.TakesValue()
		}
	}
	var flags, rest []string
	tail := args[depth:]
	for i := 0; i < len(tail); i++ {
		arg := tail[i]
		if arg == "--" {
			rest = append(rest, tail[i:]...)
			break
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			rest = append(rest, arg)
			continue
		}
		flags = append(flags, arg)
		if name := strings.TrimLeft(arg, "-"); takesValue[name] && i+1 < len(tail) {
			i++
			flags = append(flags, tail[i])
		}
	}
	return slices.Concat(args[:depth], flags, rest)
}

// commandOf finds the command that the arguments name, and how many of them
// name it.
func commandOf(app *cli.App, args []string) (command *cli.Command, depth int) {
	commands := app.Commands
	for depth = 1; depth < len(args); depth++ {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[depth]) })
		if i < 0 {
			break
		}
		command = commands[i]
		commands = command.Subcommands
	}
	return command, depth
}

// noArguments refuses arguments that a command does not take.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return &usageError{message: fmt.Sprintf("%s takes no argument, got %q", c.Command.Name, c.Args().First()), command: c.Command}
	}
	return nil
}
