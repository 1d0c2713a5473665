// Package workflows tests the GitHub action, the workflows and the recipes of
// docs/ci.md and docs/large-estates.md as far as that goes without GitHub: it lints
// the workflows, holds the action's metadata together, and executes the action's
// steps, and the recipes of large estates, against the simulated cloud. Steps that
// use other actions are only recorded.
package workflows
