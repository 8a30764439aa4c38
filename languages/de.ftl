# Deutsch.

language-name = Deutsch

## Around every page

cancel = Abbrechen
copied = Kopiert
copy = Kopieren
delete = Löschen
demo-notice = Das ist eine Demo: Alle kennen diese Passwörter. Keine echten Daten eingeben.
edit = Bearbeiten
filter = Filter
filter-apply = Filtern
filter-clear = Zurücksetzen
form-required = muss ausgefüllt werden
group-access = Zugriff
group-applications = Anwendungen
group-directory = Verzeichnis
group-operation = Betrieb
language = Sprache
nav-crumbs = Du bist hier
nav-main = Konsole
nav-me = Du
notice = Hinweis
paging = Seiten
paging-first = Erste Seite
paging-next = Nächste Seite
request = Anfrage
save = Speichern
sign-out = Abmelden
skip = Zum Inhalt springen

## Names of fields

field-created = Angelegt
field-id = Kennung
field-name = Name
field-organization = Organisation
field-state = Zustand

## States

state-active = Aktiv
state-disabled = Gesperrt
state-ended = Beendet
state-ends-soon = Endet bald

## Secrets

secret-title = Jetzt kopieren
secret-text = Das wird nur dieses eine Mal gezeigt. Wer es hat, kann es benutzen.

## What goes wrong

failed-title = Hier ist etwas schiefgegangen
failed-detail = Es wurde nichts geändert. Wer diesen Server betreibt, findet den Grund unter der Nummer der Anfrage unten.
forged-title = Diesem Formular ist nicht zu trauen
forged-detail = Es kommt aus einem anderen Browser oder ist zu alt. Öffne die Seite neu und wiederhole, was du tun wolltest.
missing-title = Diese Seite gibt es nicht
missing-detail = Es gibt sie nicht, oder deine Rollen reichen nicht bis dorthin.
problem-conflict = Etwas steht im Weg.
problem-input = Etwas im Formular stimmt nicht.
problem-lockout = Danach könnte niemand mehr die Regeln ändern.
problem-not-held = Niemand gibt, was er selbst nicht hat.
problem-stale = Jemand hat das geändert, während du es angesehen hast. Öffne die Seite neu.
problem-title = Das wurde nicht getan
title-problem = Problem
unavailable-title = Im Augenblick nicht erreichbar
unavailable-detail = Versuche es in ein paar Sekunden noch einmal.
unreadable-title = Diese Anfrage ist nicht lesbar
unreadable-detail = Sie ist zu lang oder abgebrochen. Geh zurück und versuche es noch einmal.

## The style guide

style-consequence = Wer es benutzt, wird sofort abgemeldet.
style-done = Gespeichert.
style-empty = Hier ist noch nichts
style-empty-text = Das sagt eine leere Liste, und die Schaltfläche führt zum ersten Eintrag.
style-facts = Tatsachen
style-hint = Ein Satz, der hilft.
style-lede = Jeder Baustein dieser Seiten, einmal.
style-lines = Mehrere Zeilen
style-note = Eine Notiz sagt, was man vorher wissen muss.
style-switch = Ja oder nein
style-table = Eine Liste
style-title = Gestaltung
