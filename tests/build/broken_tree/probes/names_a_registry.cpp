// SPDX-License-Identifier: Apache-2.0
// Taken from http://packages.invalid/debian
