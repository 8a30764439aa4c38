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
problem-throttled = Zu viele Versuche. Warte etwas und versuche es dann noch einmal.
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

## What several sections say

deleted = Gelöscht.
delete-title = { $name } löschen?
disable = Sperren
disable-title = { $name } sperren?
disabled = Gesperrt.
enable = Entsperren
enable-title = { $name } entsperren?
enabled = Entsperrt.
facts = Was bekannt ist
filter-all = Alle
filter-name = Name beginnt mit
made = Angelegt.
never = Nie
no = Nein
no-way-back = Es gibt keinen Weg zurück.
nothing-found = Nichts passt
nothing-found-text = Nichts entspricht dem, wonach du gefragt hast. Frag nach weniger.
revoke = Widerrufen
saved = Gespeichert.
show-list = Liste zeigen
state-revoked = Widerrufen
yes = Ja

## More names of fields

field-act = Aktion
field-counts-in = Gilt in
field-email = E-Mail-Adresse
field-email-proven = Die E-Mail-Adresse ist bestätigt
field-ends = Endet
field-family-name = Familienname
field-full-name = Voller Name
field-given-name = Vorname
field-key = Schlüsselwort
field-last-used = Zuletzt benutzt
field-locale = Sprache
field-password = Passwort
field-phone = Telefon
field-role = Rolle
field-scope = Scopes
field-username = Benutzername
field-zone = Zeitzone

## Overview

key-active = Signiert
key-pending = Veröffentlicht, signiert später
key-retiring = Veröffentlicht, signiert nicht mehr
overview = Übersicht
overview-lede = Wie es dieser Installation geht.
overview-nothing = Keine deiner Rollen lässt dich hier etwas verwalten. Dein eigenes Konto findest du oben rechts.
overview-sign-ins = Anmeldungen
overview-sign-ins-plot = { $number ->
    [one] Eine Anmeldung in sieben Tagen
   *[other] { $number } Anmeldungen in sieben Tagen
}
overview-tokens = Tokens
overview-tokens-plot = { $number ->
    [one] Eine Token-Antwort in sieben Tagen
   *[other] { $number } Token-Antworten in sieben Tagen
}
overview-failures = Was in sieben Tagen fehlschlug
overview-failures-none = Nichts schlug fehl
overview-failures-none-text = In den letzten sieben Tagen wurde keine Anmeldung und keine Anfrage einer Anwendung abgewiesen.
overview-keys = Signaturschlüssel
overview-no-system = Es gibt keine Systemorganisation: Was zu keiner Organisation gehört, lässt sich hier nicht verwalten.
overview-http = Browser erreichen diesen Server ohne https. Nutze das nur für Versuche auf diesem Rechner.
overview-wrong-passwords = { $number ->
    [one] Heute gab es ein falsches Passwort, mehr als alle gelungenen Anmeldungen.
   *[other] Heute gab es { $number } falsche Passwörter, mehr als alle gelungenen Anmeldungen.
}
field-algorithm = Verfahren
field-number = Anzahl
field-reason = Grund
field-signs-since = Signiert seit

## Organizations

organizations = Organisationen
organizations-lede = Jeder gehören Personen, Maschinenkonten und Anwendungen.
organizations-new = Neue Organisation
organizations-empty = Noch keine Organisation
organizations-empty-text = Personen und Anwendungen gehören zu einer Organisation. Lege die erste an.
organizations-made = Die Organisation ist angelegt.
organizations-id-hint = Das steht für immer in Tokens, in Kleinbuchstaben. Bleibt es leer, wird eine erfunden.
organizations-inside = Was zu ihr gehört
organizations-disable-consequence = Ihre Personen werden sofort abgemeldet und können sich nicht anmelden. Niemand handelt in ihr. Alles bleibt erhalten, und sie lässt sich wieder entsperren.
organizations-enable-consequence = Ihre Personen können sich wieder anmelden und in ihr handeln.
organizations-delete-consequence = Nur eine leere Organisation lässt sich löschen: ohne Personen, Maschinen, Anwendungen, Rollen und Beziehungen. Sonst sperre sie.

## People and machine users

people = Personen
people-lede = Wer sich anmeldet.
people-new = Neue Person
people-empty = Noch keine Personen
people-empty-text = Lege die erste Person an, mit einem Passwort zum Anmelden.
people-password = Passwort setzen
people-password-title = Ein Passwort für { $name } setzen
people-password-consequence = Alle Sitzungen dieser Person enden. Teile das Passwort auf sicherem Weg mit.
people-password-hint = Mindestens 15 Zeichen; ein paar Wörter sind gut.
people-password-set = Das Passwort ist gesetzt.
people-no-password = Keines: Niemand kann sich anmelden
people-proven-hint = Dann kann man sich damit anmelden.
people-disable-consequence = Die Person wird sofort überall abgemeldet und kann sich nicht anmelden. Alles bleibt erhalten.
people-delete-consequence = Das Konto, seine Sitzungen, Rollen, Einwilligungen und Tokens werden gelöscht. Anwendungen, die seine Kennung behalten, finden niemanden.
machines = Maschinenkonten
machines-lede = Programme, die selbst handeln: mit einem Schlüssel, einem Token oder einer Anwendung.
machines-new = Neues Maschinenkonto
machines-empty = Noch keine Maschinenkonten
machines-empty-text = Ein Programm, das selbst handelt, bekommt ein Maschinenkonto, damit seine Rollen seine eigenen sind.
machines-disable-consequence = Es bekommt keine Tokens mehr, und seine bisherigen gelten nicht mehr. Alles bleibt erhalten.
machines-delete-consequence = Das Maschinenkonto, seine Schlüssel, Rollen und Tokens werden gelöscht.
subjects-enable-consequence = Das Konto kann wieder handeln.
subjects-organization-hint = Für immer.

## Roles

roles = Rollen
roles-lede = Eine Rolle ist ein Name. Regeln sagen, was sie öffnet, Zuteilungen sagen, wer sie wo hat.
roles-new = Neue Rolle
roles-empty = Noch keine Rollen
roles-empty-text = Von einer Rolle sprechen Regeln und Zuteilungen, zum Beispiel Redaktion.
roles-everywhere = Alle Organisationen
roles-key-hint = So nennen sie Tokens und Regeln, für immer: Buchstaben, Ziffern, _ - . und :
roles-delete-consequence = Alle verlieren die Rolle sofort. Regeln über sie gelten nicht mehr.
roles-give = Rolle geben
roles-give-lede = Geben kannst du, was du selbst hast.
roles-give-title = { $name } eine Rolle geben
roles-given = Die Rolle ist gegeben.
roles-organization-hint = Dort gilt die Rolle.
roles-ends-hint = Bleibt es leer, endet sie nicht.
roles-none = Keine Rollen
roles-none-text = Ohne Rolle steht nur das eigene Konto offen.
roles-take = Wegnehmen
roles-take-title = { $role } in { $organization } von { $name } wegnehmen?
roles-take-consequence = Sie gilt von diesem Augenblick an nicht mehr, auch nicht für ausgegebene Tokens.
roles-taken = Die Rolle ist weggenommen.

## Personal access tokens

tokens = Zugriffstokens
tokens-lede = Deine eigenen. Für die eines Maschinenkontos öffne dieses.
tokens-lede-other = Die Tokens eines anderen Kontos.
tokens-new = Neues Token
tokens-new-lede = Ein Programm handelt damit als du.
tokens-empty = Keine Tokens
tokens-empty-text = Mit einem persönlichen Zugriffstoken handelt ein Skript ohne Browser.
tokens-name-hint = Wofür es ist, um es wiederzuerkennen.
tokens-scope-hint = Scopes von APIs begrenzen es auf diese. Bleibt es leer, begrenzen es nur die Rollen.
tokens-ends-hint = Innerhalb eines Jahres. Bleibt es leer: in 30 Tagen.
tokens-revoke-title = { $name } widerrufen?
tokens-revoke-consequence = Was es benutzt, wird von diesem Augenblick an abgewiesen.
tokens-revoked = Das Token ist widerrufen.

## Set-up

set-up = Symbolon einrichten
set-up-lede = Du legst das erste Administratorkonto an. Diese Seite geht nur einmal.
set-up-submit = Administratorkonto anlegen
set-up-organization = Name deiner Organisation
set-up-organization-hint = Wer in ihr eine Rolle hat, verwaltet die ganze Installation. Halte sie klein.
set-up-done-title = Fertig
set-up-done = Melde dich mit dem Konto an, das du gerade angelegt hast.
set-up-sign-in = Anmelden

## The own account

account = Dein Konto
account-lede = Wer du hier bist, und was Anwendungen erfahren, wenn du sie lässt.
account-locale-hint = Zum Beispiel de-AT. Diese Seiten richten sich danach, solange du keine andere Sprache wählst.
account-email = E-Mail-Adresse ändern
account-email-hint = Eine geänderte Adresse ist nicht bestätigt: Du kannst dich nicht mit ihr anmelden.
account-email-none = Keine
account-password = Passwort
account-password-lede = Ein neues Passwort meldet dich überall ab, nur hier nicht.
account-password-change = Passwort ändern
account-password-done = Das Passwort ist geändert. Alle anderen Sitzungen sind beendet.
account-sessions = Sitzungen
account-sessions-lede = Die Browser und Geräte, in denen du angemeldet bist.
account-here = Diese hier
account-session-end = Beenden
account-session-end-title = Die Sitzung beenden, die { $since } begann?
account-session-end-consequence = Jener Browser wird abgemeldet. Anwendungen verlieren, was daraus entstand, außer du hast ihnen erlaubt, auch ohne dich zu handeln.
account-session-ended = Die Sitzung ist beendet.
account-sessions-end-others = Alle anderen beenden
account-sessions-end-others-title = Alle anderen Sitzungen beenden?
account-sessions-end-others-consequence = Du wirst überall abgemeldet, nur hier nicht, und Anwendungen, bei denen du anderswo angemeldet bist, müssen dich neu fragen.
account-sessions-ended = Alle anderen Sitzungen sind beendet.
account-applications = Anwendungen
account-applications-lede = Was du Anwendungen erlaubt hast.
account-applications-empty = Keine Anwendungen
account-applications-empty-text = Hier steht jede Anwendung, der du etwas erlaubst, und du kannst es zurücknehmen.
account-withdraw = Zurücknehmen
account-withdraw-title = Zurücknehmen, was { $name } darf?
account-withdraw-consequence = Ihre Tokens für dich enden sofort. Das nächste Mal fragt sie dich wieder.
account-withdrawn = Es ist zurückgenommen.
account-tokens-lede = Ein Skript mit einem davon handelt als du.
account-data = Deine Daten
account-data-lede = Alles, was hier über dich aufbewahrt wird, als eine JSON-Datei.
account-data-note = Darin sind dein Profil, deine Namen, Rollen, Sitzungen, Einwilligungen, Anmeldungen bei Anwendungen, Zugriffstokens ohne ihren Text, und was das Protokoll über dich enthält. Passwörter und Geheimnisse werden nur als Hash aufbewahrt und sind nicht darin.
account-data-download = Herunterladen
account-language-hint = Das merkt sich dieser Browser.
account-language-lede = In welcher Sprache diese Seiten erscheinen.
field-allowed = Erlaubt
field-began = Begonnen
field-may = Darf
field-nickname = Rufname
field-password-current = Jetziges Passwort
field-password-new = Neues Passwort
field-password-typed = Zuletzt angemeldet
