package main

import (
	"testing"

	"github.com/amisync/amisync/report"
)

func TestAResultIsToldBeforeItIsKept(t *testing.T) {
	told, kept := output{}, output{file: "result.html"}
	if order(report.ResultDocument, told) >= order(report.ResultDocument, kept) {
		t.Error("a result is written to files first: what was changed is lost where that ends the run")
	}
	if order(report.PlanDocument, told) <= order(report.PlanDocument, kept) {
		t.Error("a plan is not yet in its file when its reader looks for it")
	}
}
