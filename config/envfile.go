package config

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/joho/godotenv"
)

// envLine is the beginning of a line that sets a variable.
var envLine = regexp.MustCompile(`^\s*(export\s+)?[A-Za-z_][A-Za-z0-9_.]*\s*[=:]`)

// ReadEnvFile reads the variables that data, the content of the .env file at
// path, sets. Such a file holds secrets: its error names the line and never
// what stands there.
func ReadEnvFile(path string, data []byte) (map[string]string, error) {
	vars, err := godotenv.UnmarshalBytes([]byte(strings.TrimPrefix(string(data), "\ufeff")))
	if err == nil {
		return vars, nil
	}
	for i, line := range strings.Split(string(data), "\n") {
		text := strings.TrimSpace(line)
		if text == "" || strings.HasPrefix(text, "#") || envLine.MatchString(text) {
			continue
		}
		return nil, fmt.Errorf("%s:%d: this line is not NAME=value", path, i+1)
	}
	return nil, fmt.Errorf("%s: a quotation mark is opened and never closed", path)
}

// Environ joins the variables of the process, each as "NAME=value", with
// those of a .env file. Where both set one, the process's own wins.
func Environ(process []string, file map[string]string) map[string]string {
	vars := make(map[string]string, len(process)+len(file))
	maps.Copy(vars, file)
	for _, pair := range process {
		if name, value, ok := strings.Cut(pair, "="); ok {
			vars[name] = value
		}
	}
	return vars
}
