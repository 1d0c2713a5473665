package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/amisync/amisync/report"
)

func simulateCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "simulate", Usage: "run a command against a simulated cloud", ArgsUsage: "[-- COMMAND ARG...]",
		Description: "Starts an embedded cloud on this machine and runs COMMAND with its endpoint and throw-away credentials in the\n" +
			"environment; exits as COMMAND does. Without COMMAND it serves until interrupted and prints what to export.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "cloud", Usage: "the cloud `FILE` to start from"},
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:0", Usage: "the loopback `ADDRESS` to listen on"},
		},
		Action: t.simulate,
	}
}

func (t *tool) simulate(c *cli.Context) error {
	if c.String("cloud") == "" {
		return &usageError{message: "--cloud is missing: the cloud file to start from", command: c.Command}
	}
	file, err := simulator.Load(c.String("cloud"))
	if errors.Is(err, fs.ErrNotExist) {
		return hinted{fmt.Errorf("reading the cloud file: %w", err), "`amisync schema cloud` says what a cloud file holds"}
	}
	if err != nil {
		return err
	}
	server, err := simulator.New(file, simulator.Options{})
	if err != nil {
		return err
	}
	listener, err := simulator.Listen(c.String("listen"))
	if err != nil {
		return &usageError{message: "--listen: " + err.Error(), hint: "give a free loopback address, such as 127.0.0.1:4566", command: c.Command}
	}
	ctx, stop := context.WithCancel(c.Context)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, listener) }()
	endpoint := "http://" + listener.Addr().String()
	if c.Args().Present() {
		return t.runIn(c.Args().Slice(), server.Environment(os.Environ(), endpoint))
	}
	t.signals.handleWith(func(os.Signal) { stop() }) // the ordinary way to end it
	fmt.Fprintf(t.err, "serving %s until interrupted; in another shell:\n", report.Safe(c.String("cloud")))
	fmt.Fprintln(t.out, "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN")
	for _, variable := range server.Environment(nil, endpoint) {
		fmt.Fprintln(t.out, "export "+variable)
	}
	return <-served
}

// runIn runs a command in an environment, and ends when it ends. An interrupt at
// the terminal reaches the command by itself; a termination of this process is
// passed on.
func (t *tool) runIn(command, environment []string) error {
	run := exec.Command(command[0], command[1:]...)
	run.Stdin, run.Stdout, run.Stderr = t.in, t.out, t.err
	run.Env = environment
	if err := run.Start(); err != nil {
		return hinted{fmt.Errorf("starting the command: %w", err), "name the command behind --: amisync simulate --cloud FILE -- COMMAND"}
	}
	t.signals.handleWith(func(s os.Signal) {
		if s == syscall.SIGTERM {
			_ = run.Process.Signal(s) // it may have ended already
		}
	})
	err := run.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if status := exit.Sys().(syscall.WaitStatus); status.Signaled() {
			return &outcome{code: 128 + int(status.Signal())} // as shells report it
		}
		return &outcome{code: exit.ExitCode()}
	}
	if err != nil {
		return fmt.Errorf("running the command: %w", err)
	}
	return nil
}
