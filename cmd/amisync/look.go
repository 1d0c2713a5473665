package main

import (
	"io"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
	"github.com/amisync/amisync/schema"
)

// look is what every command that looks at clouds begins with.
type look struct {
	*tool
	outputs []output
	style   report.Style // of standard output
	request run.Request
	clouds  *clouds
}

// look reads flags and manifests, in this order: a wrong command line is told
// before anything is read. Nothing is called yet. Document is what will be
// written.
func (t *tool) look(c *cli.Context, document report.Document) (*look, error) {
	return t.lookAt(c, document, t.declarations)
}

// lookAt is look, for those who read the manifests in a way of their own.
func (t *tool) lookAt(c *cli.Context, document report.Document, read func(*cli.Context) (*reconcile.Declarations, *schema.Estate, error)) (*look, error) {
	l := &look{tool: t}
	var err error
	if l.outputs, err = outputs(c, document); err != nil {
		return nil, err
	}
	if err := canBeWritten(l.outputs); err != nil {
		return nil, err
	}
	if l.clouds, err = t.clouds(c); err != nil {
		return nil, err
	}
	if l.style, err = t.style(c, nil); err != nil {
		return nil, err
	}
	declarations, estate, err := read(c)
	if err != nil {
		return nil, err
	}
	scope, err := t.scope(c, declarations, estate)
	if err != nil {
		return nil, err
	}
	l.style.Names = declarations.OwnerNames()
	l.request = run.Request{Declarations: declarations, Scope: scope, At: t.now(), Carriers: carriers, Limits: limits}
	return l, nil
}

// write writes a document to every output.
func (l *look) write(document func(report.Writer, io.Writer, report.Style) error) error {
	return l.tool.write(l.outputs, l.style, document)
}
