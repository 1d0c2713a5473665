package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/amisync/amisync/reconcile"
)

const (
	repository  = "https://github.com/amisync/amisync"
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// The part of SARIF's objects that is written here.
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string             `json:"id"`
		Short         sarifMessage       `json:"shortDescription"`
		Full          sarifMessage       `json:"fullDescription"`
		HelpURI       string             `json:"helpUri"`
		Help          sarifHelp          `json:"help"`
		Configuration sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifHelp struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string       `json:"level"`
		Message sarifMessage `json:"message"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifMessage       `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
)

// sarifRules describes the codes that occur, sorted, with the index of each id.
func sarifRules(list []issue) ([]sarifRule, map[string]int) {
	codes := map[string]string{} // by id
	for _, i := range list {
		codes[sarifID(i.Code)] = i.Code
	}
	described, index := []sarifRule{}, map[string]int{}
	for _, id := range slices.Sorted(maps.Keys(codes)) {
		index[id] = len(described)
		described = append(described, sarifRuleOf(id, ruleOf(codes[id])))
	}
	return described, index
}

func sarifRuleOf(id string, code reconcile.Code) sarifRule {
	title, help, page := cmp.Or(code.Title, id), "The reference tells of it under Commands.", "reference.md#commands"
	description := title
	if _, isFinding := reconcile.CodeOf(code.Code); isFinding {
		help, page = "`amisync explain "+id+"` tells what it means, why it matters, what to do and how to silence it.", "findings.md#"+strings.ToLower(id)
		description += " (" + Headline(code) + ")"
	} else if strings.HasPrefix(code.Code, driftRule) {
		title = "drift: " + title
		description = title
	}
	uri := repository + "/blob/main/docs/" + page
	return sarifRule{ID: id, Short: sarifMessage{sarifText(capital(title))}, Full: sarifMessage{sarifText(capital(description)) + "."},
		HelpURI: uri, Help: sarifHelp{Text: help, Markdown: help + " [Read more](" + uri + ")."},
		Configuration: sarifConfiguration{string(code.Severity)}}
}

// capital is text that begins with a capital letter.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
