package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/strictyaml"
)

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

// onUsageError says in words of its own what the flag package found.
func onUsageError(c *cli.Context, err error, _ bool) error {
	text := strings.ReplaceAll(strings.TrimSuffix(err.Error(), ": parse error"), " flag -", " flag --")
	usage := &usageError{message: text, command: c.Command}
	if name, unknown := strings.CutPrefix(text, "flag provided but not defined: -"); unknown {
		usage.message = "unknown flag --" + name
		if usage.hint = ofOthers(c.Command.Name, name); usage.hint != "" {
			return usage
		}
		if closest := strictyaml.Closest("--"+name, flagNames(c)); closest != "" {
			usage.hint = fmt.Sprintf("did you mean %s?", closest)
		}
	} else if name, bare := strings.CutPrefix(text, "flag needs an argument: -"); bare {
		usage.message = fmt.Sprintf("flag --%s needs a value", name)
	} else if _, name, invalid := strings.Cut(text, " for flag --"); invalid && isDuration(c, name) {
		usage.hint = "write a duration such as 90s, 5m or 24h"
	} else if name, twice := strings.CutSuffix(name, ": "+errTwice.Error()); invalid && twice {
		usage.message = fmt.Sprintf("--%s is %v", name, errTwice)
		usage.hint = "give it once"
	}
	return usage
}

// ofOthers is what to do in the place of a flag that other commands have; empty
// for all other flags.
func ofOthers(command, flag string) string {
	switch {
	case flag == "sample":
		return "--sample is of drift; see --shard and --changed-since of plan"
	case flag == "shard" && command == "drift":
		return "--shard is of plan and apply; drift looks at a part with --sample 1/3"
	case flag == "changed-since" && command == "apply":
		return "--changed-since is of plan: amisync plan --changed-since REVISION --out plan.json, then amisync apply plan.json"
	}
	return ""
}

func isDuration(c *cli.Context, name string) bool {
	return slices.ContainsFunc(c.Command.Flags, func(flag cli.Flag) bool {
		_, duration := flag.(*cli.DurationFlag)
		return duration && slices.Contains(flag.Names(), name)
	})
}

func flagNames(c *cli.Context) []string {
	var names []string
	for _, flag := range c.Command.Flags {
		for _, name := range flag.Names() {
			names = append(names, "--"+name)
		}
	}
	return names
}

// unknownCommand runs where no command of the name given exists, or none is
// given.
func unknownCommand(c *cli.Context) error {
	commands := c.App.Commands
	if len(c.Command.Subcommands) > 0 {
		commands = c.Command.Subcommands
	}
	var names []string
	for _, command := range commands {
		names = append(names, command.Name)
	}
	slices.Sort(names)
	hint := "the commands are " + strings.Join(names, ", ")
	switch {
	case c.Args().Present():
		name := c.Args().First()
		if closest := strictyaml.Closest(name, names); closest != "" {
			hint = fmt.Sprintf("did you mean %q?", closest)
		}
		return &usageError{message: fmt.Sprintf("unknown command %q", name), hint: hint}
	case c.Command.Name != c.App.Name:
		return &usageError{message: c.Command.Name + " needs to be told what", hint: hint}
	}
	return cli.ShowSubcommandHelp(c)
}

func helpCommand() *cli.Command {
	return &cli.Command{
		Name: "help", Usage: "explain a command", ArgsUsage: "[COMMAND]",
		Action: func(c *cli.Context) error {
			words := c.Args().Slice()
			if len(words) == 0 {
				return cli.ShowAppHelp(c)
			}
			command, depth := commandOf(c.App, append([]string{c.App.Name}, words...))
			if command == nil {
				return unknownCommand(c)
			}
			// The command's own --help: cli.ShowCommandHelp leaves out the flags of commands
			// that have commands below them.
			asked := cli.NewContext(c.App, nil, c)
			asked.Command = c.App.Command(words[0])
			return asked.Command.Run(asked, append(words[:depth-1:depth-1], "--help")...)
		},
	}
}

// noArguments refuses arguments that a command does not take.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return &usageError{message: fmt.Sprintf("%s takes no argument, got %q", c.Command.Name, c.Args().First()), command: c.Command}
	}
	return nil
}
